"""Addresses of version 1, below /<county>/api/v1/. POST for acts, PUT where something is replaced."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern

from api.endpoint import route
from api.v1 import (
    bordereaux,
    certificates,
    claims,
    employers,
    feed,
    files,
    fund,
    insurers,
    me,
    money,
    orders,
    people,
    places,
    policy,
    rates,
    sandbox,
    staff,
    trades,
)

_WORKER, _EMPLOYER, _ORDER = "workers/<str:worker_id>", "employers/<str:employer_id>", "orders/<str:order_id>"
_TABLE = "rate-tables/<str:table_id>"
_INSURER = "insurers/<str:code>"
_CLAIM = "claims/<str:claim_id>"
_PLACE, _CERTIFICATE = "assignments/<str:assignment_id>", "certificates/<str:certificate_id>"
_SETTLEMENT = "settlements/<str:settlement_id>"

MARKET: list[URLPattern] = [
    route("me", get=me.ReadMe),
    route("trades", get=trades.ListTrades),
    route("policy", get=policy.ReadPolicy, post=policy.PublishPolicy),
    route("policies", get=policy.ListPolicies),
    # what cover costs
    route("products", get=rates.ListProducts, post=rates.AddProduct),
    route("products/<str:product>", get=rates.ReadProduct),
    route("products/<str:product>/offer", post=rates.OfferProduct),
    route("product-rankings", get=rates.ListRankings),
    route("product-rankings/<str:layer>", get=rates.ReadRanking, put=rates.RankProductsAct),
    route("rate-tables", get=rates.ListRateTables, post=rates.DraftRateTable),
    route("rate-tables/from-file", post=rates.DraftRateTableFromFile),
    route(_TABLE, get=rates.ReadRateTable),
    route(f"{_TABLE}/submit", post=rates.SubmitRateTable),
    route(f"{_TABLE}/publish", post=rates.PublishRateTable),
    route(f"{_TABLE}/withdraw", post=rates.WithdrawRateTable),
    route(f"{_TABLE}/file", get=rates.ExportRateTable),
    route(f"{_TABLE}/difference", get=rates.CompareRateTables),
    route("cover-quotes", post=rates.QuoteCoverAct),
    route("cover-quotes/<str:quote_id>", get=rates.ReadCoverQuote),
    # people
    route("workers", get=people.ListWorkers, post=people.RegisterWorker),
    route("workers/find", post=people.FindWorker),
    route("workers/attach", post=people.AttachWorker),
    route(_WORKER, get=people.ReadWorker),
    route(f"{_WORKER}/trades", put=people.ReplaceTrades),
    route(f"{_WORKER}/phone", post=people.ChangePhone),
    route(f"{_WORKER}/reveal", post=people.RevealWorker),
    route(f"{_WORKER}/certificates", get=certificates.ListWorkersCertificates),
    route("employers", post=employers.RegisterEmployer),
    route(_EMPLOYER, get=employers.ReadEmployer),
    route(f"{_EMPLOYER}/users", post=employers.AddEmployerUser),
    route(f"{_EMPLOYER}/users/remove", post=employers.RemoveEmployerUser),
    # certificates
    route("certificates", get=certificates.ListCertificates, post=certificates.SubmitCertificate),
    route(_CERTIFICATE, get=certificates.ReadCertificate),
    route(f"{_CERTIFICATE}/approve", post=certificates.ApproveCertificate),
    route(f"{_CERTIFICATE}/reject", post=certificates.RejectCertificate),
    route(f"{_CERTIFICATE}/revoke", post=certificates.RevokeCertificate),
    # orders
    route("quotes", post=orders.QuotePrice),
    route("orders", get=orders.ListOrders, post=orders.PublishOrderAct),
    route("county-orders", get=orders.ListCountyOrders),
    route(_ORDER, get=orders.ReadOrder),
    route(f"{_ORDER}/timeline", get=orders.ReadTimeline),
    route(f"{_ORDER}/reviews", get=orders.ListReviews),
    route(f"{_ORDER}/grab", post=places.GrabOrderAct),
    route(f"{_ORDER}/confirm", post=orders.ConfirmOrderAct),
    route(f"{_ORDER}/cancel", post=orders.CancelOrderAct),
    route("feed", get=feed.ReadFeed),
    # places
    route("assignments", get=places.ListPlaces),
    route(_PLACE, get=places.ReadPlace),
    route(f"{_PLACE}/undo", post=places.UndoGrabAct),
    route(f"{_PLACE}/start-code", post=places.ShowStartCodeAct),
    route(f"{_PLACE}/check-in", post=places.CheckInAct),
    route(f"{_PLACE}/check-out", post=places.CheckOutAct),
    route(f"{_PLACE}/no-show", post=places.MarkNoShowAct),
    route(f"{_PLACE}/reviews", post=places.WriteReviewAct),
    route(f"{_PLACE}/contact", post=places.ShowContactAct),
    # claims
    route("claims", get=claims.ListClaims, post=claims.ReportClaimAct),
    route("claims/find-work", post=claims.FindClaimWork),
    route(_CLAIM, get=claims.ReadClaim),
    route(f"{_CLAIM}/papers", post=claims.HandInPapersAct),
    route(f"{_CLAIM}/withdraw", post=claims.WithdrawClaimAct),
    route(f"{_CLAIM}/close", post=claims.CloseClaimAct),
    route(f"{_CLAIM}/insurers-letter", post=claims.RecordInsurersLetter),
    route("county-claims", get=claims.ListCountyClaims),
    route("claim-statistics", get=claims.ReadClaimStatistics),
    route("claim-pictures", post=files.UploadClaimPicture),
    route("claim-papers", post=files.UploadClaimPaper),
    route("files/<str:file_id>", get=files.ReadFile),
    route("files/<str:file_id>/content", get=files.DownloadFile),
    # money
    route(f"{_WORKER}/wallet", get=money.ReadWorkersWallet),
    route(f"{_WORKER}/wallet/statement", get=money.ReadWorkersStatement),
    route(f"{_WORKER}/withdrawals", get=money.ListWorkersWithdrawals, post=money.WithdrawFromWorkersWallet),
    route(f"{_EMPLOYER}/wallet", get=money.ReadEmployersWallet),
    route(f"{_EMPLOYER}/wallet/statement", get=money.ReadEmployersStatement),
    route(f"{_EMPLOYER}/top-ups", get=money.ListTopUps, post=money.TopUp),
    route(
        f"{_EMPLOYER}/withdrawals",
        get=money.ListEmployersWithdrawals,
        post=money.WithdrawFromEmployersWallet,
    ),
    route("top-ups/<str:request_id>", get=money.ReadTopUp),
    route("withdrawals/<str:request_id>", get=money.ReadWithdrawal),
    route("ledger/verification", get=money.VerifyLedger),
    route("ledger/accounts", get=money.ListCollectingAccounts),
    # money for cover
    route("fund", get=fund.ReadFund),
    route("fund/verification", get=fund.VerifyFund),
    route("fund/deposits", get=fund.ListDeposits, post=fund.DepositToFund),
    route("fund/returns", post=fund.PayBackFromFund),
    route("fund/programs", get=fund.ListPrograms, post=fund.StartProgram),
    route("fund/programs/<str:program_id>", get=fund.ReadProgram),
    route("fund/programs/<str:program_id>/budget", post=fund.ChangeBudget),
    route("fund/programs/<str:program_id>/close", post=fund.CloseProgram),
    route("fund/reserve", post=fund.DeclareReserve),
    route("fund/reserve/withdraw", post=fund.WithdrawReserve),
    route(f"{_WORKER}/basic-cover", get=fund.ListWorkersChoices, post=fund.ChooseForWorker),
    route(f"{_EMPLOYER}/basic-cover", get=fund.ListEmployersChoices, post=fund.ChooseForEmployer),
    # insurers
    route("insurers", get=insurers.ListInsurers),
    route(_INSURER, get=insurers.ReadInsurer),
    route(f"{_INSURER}/connection", post=insurers.ConnectInsurer, put=insurers.ChangeConnection),
    route(f"{_INSURER}/connection/suspend", post=insurers.SuspendConnection),
    route(f"{_INSURER}/connection/resume", post=insurers.ResumeConnection),
    route(f"{_INSURER}/connection/test", post=insurers.TestConnection),
    route(f"{_INSURER}/clients", get=insurers.ListInsurersClients, post=insurers.CreateInsurersClient),
    route(f"{_INSURER}/clients/revoke", post=insurers.RevokeInsurersClient),
    route(f"{_INSURER}/keys", get=insurers.ListInsurersKeys, post=insurers.IssueInsurersKey),
    route(f"{_INSURER}/keys/rotate", post=insurers.RotateInsurersKey),
    route(f"{_INSURER}/endpoints", get=insurers.ListInsurersEndpoints),
    route(f"{_INSURER}/deliveries", get=insurers.ListInsurersDeliveries),
    route(f"{_INSURER}/deliveries/<str:delivery_id>/attempts", get=insurers.ListInsurersAttempts),
    route(f"{_INSURER}/deliveries/<str:delivery_id>/retry", post=insurers.RetryInsurersDelivery),
    # lists and settlements
    route("bordereaux", get=bordereaux.ListBordereaux, post=bordereaux.IssueBordereau),
    route("bordereaux/draft", get=bordereaux.DownloadBordereauDraft),
    route("bordereaux/totals", get=bordereaux.ReadBordereauTotals),
    route("bordereaux/<str:list_id>", get=bordereaux.ReadBordereau),
    route("bordereaux/<str:list_id>/content", get=bordereaux.DownloadBordereau),
    route("statements", get=bordereaux.ListStatements, post=bordereaux.UploadStatement),
    route("reconciliation", get=bordereaux.ReadReconciliation),
    route("settlements", get=bordereaux.ListSettlements, post=bordereaux.DraftSettlement),
    route(_SETTLEMENT, get=bordereaux.ReadSettlement),
    route(f"{_SETTLEMENT}/differences", get=bordereaux.ListAcceptedDifferences),
    route(f"{_SETTLEMENT}/reconcile", post=bordereaux.ReconcileSettlement),
    route(f"{_SETTLEMENT}/approve", post=bordereaux.ApproveSettlement),
    route(f"{_SETTLEMENT}/pay", post=bordereaux.PaySettlement),
    route(f"{_SETTLEMENT}/withdraw", post=bordereaux.WithdrawSettlement),
    route("loss-ratio", get=bordereaux.ReadLossRatio),
    # staff
    route("roles", get=staff.ListRoles),
    route("staff", get=staff.ListStaff, post=staff.CreateStaff),
    route("users/<str:user_id>/roles/grant", post=staff.GrantRole),
    route("users/<str:user_id>/roles/revoke", post=staff.RevokeRole),
    route("users/<str:user_id>/totp/reset", post=staff.ResetTotp),
    route("api-clients", get=staff.ListApiClients, post=staff.CreateApiClient),
    route("api-clients/revoke", post=staff.RevokeApiClient),
]

SANDBOX: list[URLPattern] = [
    route("sandbox/sms", get=sandbox.ShowSms, post=sandbox.LookUpSms),
    route("sandbox/clock", get=sandbox.ReadClock, post=sandbox.SetClock),
]

urlpatterns = [*MARKET, *(SANDBOX if settings.LINGGONG_SANDBOX else ())]
