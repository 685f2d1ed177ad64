from compliance.insurance.use_cases.cancel_cover import cancel_cover, preview_cancellation
from compliance.insurance.use_cases.connect_insurer import (
    change_connection,
    connect_insurer,
    resume_connection,
    suspend_connection,
)
from compliance.insurance.use_cases.end_cover import end_cover
from compliance.insurance.use_cases.expire_cover import expire_cover
from compliance.insurance.use_cases.fall_back import fall_back
from compliance.insurance.use_cases.record_amendment import record_amendment
from compliance.insurance.use_cases.record_answer import record_answer
from compliance.insurance.use_cases.replace_insured import add_day, replace_insured
from compliance.insurance.use_cases.request_cover import request_basic_cover, request_cover
from compliance.insurance.use_cases.start_cover import start_cover
from compliance.insurance.use_cases.time_out_cover import time_out_cover

__all__ = [
    "add_day",
    "cancel_cover",
    "change_connection",
    "connect_insurer",
    "end_cover",
    "expire_cover",
    "fall_back",
    "preview_cancellation",
    "record_amendment",
    "record_answer",
    "replace_insured",
    "request_basic_cover",
    "request_cover",
    "resume_connection",
    "start_cover",
    "suspend_connection",
    "time_out_cover",
]
