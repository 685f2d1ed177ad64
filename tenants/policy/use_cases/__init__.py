from tenants.policy.use_cases.publish_city_policy import publish_city_policy
from tenants.policy.use_cases.publish_policy import publish_policy

__all__ = ["publish_city_policy", "publish_policy"]
