"""Which reporting line a tax authority finds an account of ours on.

The category is the Norwegian return RF-1167 and the codes are those of the standard chart behind
it, the nearest one to each account. A firm whose accountant groups otherwise gives its own file.
"""

from collections.abc import Mapping

CATEGORY = "RF-1167"
_CODES = """
1000 1920
1020 1920
1100 1500
1110 1580
1120 1500
1200 1530
1210 1530
1300 1400
1310 1780
1400 1780
1410 1570
1420 2740
1430 1570
1500 1560
1600 1280
1610 1280
1620 1080
1630 1080
1700 1300
2000 2400
2010 2990
2020 2400
2100 2930
2110 2910
2200 2900
2210 2990
2220 2990
2230 2900
2240 2180
2300 2740
2400 2920
3000 2000
3100 2050
3200 2050
3300 2050
4000 3100
4010 3100
4020 3100
4030 3900
4040 3900
4090 3100
4500 3100
5000 5000
5010 4500
5020 7700
5030 4500
5040 7700
5050 7700
5060 7700
5090 4995
6000 5000
6010 7700
6090 7700
6100 6000
6200 7830
6210 7700
7000 8060
7010 8060
7020 7770
"""
GROUPS: Mapping[str, tuple[str, str]] = {
    code: (CATEGORY, group) for code, group in map(str.split, _CODES.strip().splitlines())
}
