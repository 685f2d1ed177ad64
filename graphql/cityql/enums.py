"""The rooms' own enums by their names in the schema, registered before any type mentions one."""

from __future__ import annotations

import strawberry

from compliance.bordereau.states import SettlementState
from compliance.claims.contracts import Due, Reporter
from compliance.claims.states import ClaimState
from compliance.fund.states import ProgramState
from compliance.insurance.contracts import Payer
from compliance.insurance.states import ConnectionState, PolicyState
from compliance.rates.contracts import Layer, Starts
from compliance.rates.states import TableState
from kernel.sorting import Sorting
from webhooks.states import DeliveryState

__all__ = [
    "ClaimState",
    "ConnectionState",
    "DeliveryState",
    "Due",
    "Layer",
    "Payer",
    "PolicyState",
    "ProgramState",
    "Reporter",
    "SettlementState",
    "Sorting",
    "Starts",
    "TableState",
]

strawberry.enum(
    Layer,
    name="CoverLayer",
    description="BASIC 政府基金支付；TOP_UP 雇主支付。BASIC: the government's fund pays; TOP_UP: employers.",
)
strawberry.enum(
    Starts,
    name="CoverStarts",
    description="保障起始：出单即时或次日零时。When cover begins: once issued, or the midnight after.",
)
strawberry.enum(
    PolicyState,
    name="PolicyState",
    description="保单状态；ISSUED 证书已核对，ACTIVE 已签到。ISSUED: certificate checked.",
)
strawberry.enum(Payer, name="PremiumPayer", description="谁支付保费。Who pays the premium.")
strawberry.enum(
    ConnectionState,
    name="ConnectionState",
    description="连接状态；SUSPENDED 不再承接新业务。SUSPENDED: nothing new is asked of the insurer.",
)
strawberry.enum(SettlementState, name="SettlementState", description="结算状态。State of a settlement.")
strawberry.enum(TableState, name="RateTableState", description="费率表状态。State of a rate table.")
strawberry.enum(ProgramState, name="CoverProgramState", description="基础保障计划状态。State of a program.")
strawberry.enum(ClaimState, name="ClaimState", description="理赔案件状态。State of a claim.")
strawberry.enum(Due, name="ClaimDue", description="保险机构应办事项。What the insurer owes next.")
strawberry.enum(Reporter, name="ClaimReporter", description="报案人身份。Whose word the report is.")
strawberry.enum(DeliveryState, name="DeliveryState", description="推送状态。State of a delivery.")
strawberry.enum(
    Sorting,
    name="Sorting",
    description=(
        "排列：新、旧、金额大、金额小者在前。Newest, oldest, largest or smallest amount first; by amount the "
        "whole list is sorted, so narrow it by a day or a state."
    ),
)
