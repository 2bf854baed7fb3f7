"""The words of selling: where quotes, their discounts and change orders stand."""

import enum

import strawberry


@strawberry.enum(description="Where a quote stands.")
class QuoteState(enum.Enum):
    """Frozen from ``approved`` on."""

    draft = "draft"
    approved = "approved"
    sent = "sent"
    signed = "signed"
    expired = "expired"
    void = "void"


@strawberry.enum(description="What was said of a version's discount.")
class DiscountState(enum.Enum):
    """``none`` where nobody asked."""

    none = "none"
    requested = "requested"
    approved = "approved"
    rejected = "rejected"


@strawberry.enum(description="What happened to a quote.")
class QuoteStepKind(enum.Enum):
    """In the order they may happen."""

    written = "written"
    discount_requested = "discount_requested"
    discount_approved = "discount_approved"
    discount_rejected = "discount_rejected"
    approved = "approved"
    sent = "sent"
    signed = "signed"
    expired = "expired"
    voided = "voided"


@strawberry.enum(description="What a quote offers on a line.")
class QuoteLineKind(enum.Enum):
    """Hours of a role, something at a fixed price, an expense."""

    role = "role"
    fixed = "fixed"
    expense = "expense"


@strawberry.enum(description="Where a change order stands.")
class ChangeOrderState(enum.Enum):
    """In force once ``approved``."""

    draft = "draft"
    submitted = "submitted"
    approved = "approved"
    rejected = "rejected"
    withdrawn = "withdrawn"
