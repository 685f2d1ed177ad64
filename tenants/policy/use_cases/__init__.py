from tenants.policy.use_cases.publish_policy import publish_policy

__all__ = ["publish_policy"]
