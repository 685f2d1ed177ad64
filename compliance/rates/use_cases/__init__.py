from compliance.rates.use_cases.add_product import add_product
from compliance.rates.use_cases.draft_table import draft_table
from compliance.rates.use_cases.offer_product import offer_product
from compliance.rates.use_cases.publish_table import publish_table
from compliance.rates.use_cases.quote_cover import quote_cover
from compliance.rates.use_cases.rank_products import rank_products
from compliance.rates.use_cases.submit_table import submit_table
from compliance.rates.use_cases.withdraw_table import withdraw_table

__all__ = [
    "add_product",
    "draft_table",
    "offer_product",
    "publish_table",
    "quote_cover",
    "rank_products",
    "submit_table",
    "withdraw_table",
]
