from compliance.insurance.use_cases.cancel_cover import cancel_cover
from compliance.insurance.use_cases.draft_rate_table import draft_rate_table
from compliance.insurance.use_cases.end_cover import end_cover
from compliance.insurance.use_cases.publish_rate_table import publish_rate_table
from compliance.insurance.use_cases.quote_cover import quote_cover
from compliance.insurance.use_cases.record_answer import record_answer
from compliance.insurance.use_cases.request_cover import request_cover
from compliance.insurance.use_cases.start_cover import start_cover
from compliance.insurance.use_cases.time_out_cover import time_out_cover

__all__ = [
    "cancel_cover",
    "draft_rate_table",
    "end_cover",
    "publish_rate_table",
    "quote_cover",
    "record_answer",
    "request_cover",
    "start_cover",
    "time_out_cover",
]
