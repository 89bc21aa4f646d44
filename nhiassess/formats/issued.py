"""The forms that issuers give their tokens, one line for each, so that a value is known wherever it stands."""

from __future__ import annotations

import re
from functools import cache

# kind, texts of which one must be there, how the issuer writes it. Lengths are lower bounds that leave no room for
# ordinary words; the sources are the issuers' own pages on token formats. A group named `part` marks the secret
# when it is less than the whole.
FORMS: tuple[tuple[str, str, str], ...] = (
    ("github_pat", "ghp_ gho_ ghu_ ghs_ ghr_", r"gh[pousr]_[A-Za-z0-9]{20,255}"),
    ("github_pat", "github_pat_", r"github_pat_[A-Za-z0-9_]{22,255}"),
    (
        "gitlab_pat",
        "glpat- glptt- gldt- glrt- glcbt- glft- glsoat- glagent- gloas- glimt-",
        r"gl(?:pat|ptt|dt|rt|cbt|ft|soat|agent|oas|imt)-[A-Za-z0-9_.-]{16,300}",
    ),
    ("aws_access_key_id", "AKIA ASIA ABIA ACCA", r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])"),
    (
        "bedrock_api_key",
        "ABSK bedrock-api-key-",
        r"(?:ABSK[A-Za-z0-9+/=]{60,}|bedrock-api-key-[A-Za-z0-9+/=]{20,})",
    ),
    ("slack_token", "xox", r"xox[abeoprs](?:\.xox[bp])?-[A-Za-z0-9-]{8,300}"),
    ("slack_token", "xapp-", r"xapp-\d-[A-Za-z0-9-]{10,300}"),
    (
        "slack_webhook",
        "hooks.slack.com",
        r"hooks\.slack\.com/(?:services|workflows|triggers)/(?P<part>[A-Za-z0-9_/+-]{10,200})",
    ),
    ("stripe_key", "k_live_ k_test_", r"[srp]k_(?:live|test)_[A-Za-z0-9]{10,247}"),
    ("stripe_webhook_secret", "whsec_", r"whsec_[A-Za-z0-9+/=]{16,200}"),
    ("anthropic_api_key", "sk-ant-", r"sk-ant-[A-Za-z0-9_-]{16,300}"),
    ("openrouter_api_key", "sk-or-", r"sk-or-(?:v1-)?[A-Za-z0-9]{16,200}"),
    ("langfuse_key", "sk-lf-", r"sk-lf-[a-f0-9-]{20,50}"),
    ("openai_api_key", "sk-", r"sk-(?:proj-|svcacct-|admin-|None-)?[A-Za-z0-9_-]{20,300}"),
    ("google_api_key", "AIza", r"AIza[A-Za-z0-9_-]{30,60}"),
    ("google_oauth_secret", "GOCSPX-", r"GOCSPX-[A-Za-z0-9_-]{20,60}"),
    ("google_oauth_token", "ya29.", r"ya29\.[A-Za-z0-9_-]{20,500}"),
    ("google_refresh_token", "1//0", r"1//0[A-Za-z0-9_-]{30,200}"),
    ("npm_token", "npm_", r"npm_[A-Za-z0-9]{30,60}"),
    ("pypi_token", "pypi-", r"pypi-[A-Za-z0-9_-]{16,500}"),
    ("rubygems_key", "rubygems_", r"rubygems_[a-f0-9]{40,60}"),
    ("docker_pat", "dckr_", r"dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,60}"),
    ("sendgrid_key", "SG.", r"SG\.[A-Za-z0-9_-]{16,40}\.[A-Za-z0-9_-]{16,60}"),
    ("mailgun_key", "key-", r"key-[a-f0-9]{32}(?![A-Za-z0-9])"),
    ("mailchimp_key", "-us", r"[a-f0-9]{32}-us[0-9]{1,2}(?![A-Za-z0-9])"),
    ("brevo_key", "xkeysib-", r"xkeysib-[a-f0-9]{40,80}-[A-Za-z0-9]{10,20}"),
    ("resend_key", "re_", r"re_[A-Za-z0-9]{6,12}_[A-Za-z0-9]{16,40}"),
    ("twilio_key", "SK", r"SK[a-f0-9]{32}(?![A-Za-z0-9])"),
    ("telegram_bot_token", ":AA", r"\d{8,10}:AA[A-Za-z0-9_-]{30,40}"),
    ("discord_token", ".", r"[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40}"),
    ("discord_webhook", "discord", r"discord(?:app)?\.com/api/webhooks/\d+/(?P<part>[A-Za-z0-9_-]{20,100})"),
    ("teams_webhook", "webhook.office", r"webhook\.office\.com/webhookb2/(?P<part>[A-Za-z0-9@/_-]{30,300})"),
    (
        "zapier_url",
        "zapier.com",
        r"(?:mcp|actions)\.zapier\.com/api/(?:v1/)?mcp/(?:s|a)/(?P<part>[A-Za-z0-9_=+-]{16,200})",
    ),
    ("huggingface_token", "hf_ api_org_", r"(?:hf|api_org)_[A-Za-z0-9]{20,60}"),
    ("databricks_token", "dapi", r"dapi[a-f0-9]{32}(?:-\d)?(?![A-Za-z0-9])"),
    ("atlassian_token", "ATATT ATCTT ATBB", r"AT(?:ATT|CTT|BB)[A-Za-z0-9_=+/-]{20,300}"),
    (
        "azure_storage_key",
        "AccountKey= SharedAccessKey=",
        r"(?:AccountKey|SharedAccessKey)=(?P<part>[A-Za-z0-9+/]{20,100}={0,2})",
    ),
    ("azure_sas", "sig=", r"(?<=[?&;])sig=(?P<part>[A-Za-z0-9%+/=]{20,120})"),
    ("azure_client_secret", "8Q~", r"[A-Za-z0-9_~.]{3}\d?8Q~[A-Za-z0-9_~.-]{28,40}"),
    ("azure_devops_pat", "AZDO", r"[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}(?![A-Za-z0-9])"),
    ("vault_token", "hvs. hvb. hvr.", r"hv[sbr]\.[A-Za-z0-9_-]{16,300}"),
    ("terraform_cloud_token", ".atlasv1.", r"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{40,100}"),
    ("doppler_token", "dp.", r"dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9_.-]{20,80}"),
    (
        "onepassword_token",
        "ops_eyJ A3-",
        r"(?:ops_eyJ[A-Za-z0-9_=-]{40,}|A3-[A-Z0-9]{6}-[A-Z0-9]{6,11}(?:-[A-Z0-9]{5}){3,4})",
    ),
    ("linear_key", "lin_", r"lin_(?:api|oauth)_[A-Za-z0-9]{20,80}"),
    ("notion_token", "ntn_ secret_", r"(?:ntn_|secret_)[A-Za-z0-9]{30,60}(?![A-Za-z0-9_])"),
    ("postman_key", "PMAK-", r"PMAK-[a-f0-9]{20,30}-[a-f0-9]{30,40}"),
    ("shopify_token", "shpat_ shpca_ shppa_ shpss_ shptka_", r"shp(?:at|ca|pa|ss|tka)_[A-Za-z0-9]{20,60}"),
    ("digitalocean_token", "_v1_", r"do[opr]_v1_[a-f0-9]{40,70}"),
    ("figma_token", "figd_", r"figd_[A-Za-z0-9_-]{20,80}"),
    ("supabase_token", "sbp_", r"sbp_(?:v0_)?[a-f0-9]{30,60}"),
    ("supabase_secret", "sb_secret_", r"sb_secret_[A-Za-z0-9_-]{20,60}"),
    ("airtable_pat", "pat", r"pat[A-Za-z0-9]{14}\.[a-f0-9]{40,70}"),
    ("asana_pat", "1/ 2/", r"[12]/\d{10,20}(?:/\d{10,20})?:[a-f0-9]{32}"),
    ("hubspot_token", "pat-", r"pat-(?:na|eu|ap)\d-[a-f0-9-]{30,40}"),
    ("newrelic_key", "NRAK- NRII- NRJS- NRRA-", r"NR(?:AK|II|JS|RA)-[A-Za-z0-9]{16,40}"),
    ("grafana_token", "glsa_ glc_", r"gl(?:sa|c)_[A-Za-z0-9+/=_]{20,200}"),
    ("sentry_token", "sntrys_ sntryu_", r"sntr(?:ys|yu)_[A-Za-z0-9+/=_-]{30,300}"),
    ("square_token", "EAAA sq0", r"(?:EAAA[A-Za-z0-9_-]{50,80}|sq0(?:atp|csp)-[A-Za-z0-9_-]{20,50})"),
    ("paypal_token", "access_token$", r"access_token\$(?:production|sandbox)\$[a-z0-9]{10,20}\$[a-f0-9]{32}"),
    ("meta_token", "EAA", r"EAA[A-Za-z0-9]{80,300}"),
    ("groq_key", "gsk_", r"gsk_[A-Za-z0-9]{20,80}"),
    ("xai_key", "xai-", r"xai-[A-Za-z0-9]{40,100}"),
    ("perplexity_key", "pplx-", r"pplx-[A-Za-z0-9]{30,80}"),
    ("replicate_token", "r8_", r"r8_[A-Za-z0-9]{30,60}"),
    ("langsmith_key", "lsv2_ ls__", r"ls(?:v2_(?:pt|sk)_|__)[A-Za-z0-9]{20,60}(?:_[a-f0-9]{6,20})?"),
    ("tavily_key", "tvly-", r"tvly-(?:dev-|prod-)?[A-Za-z0-9-]{16,60}"),
    ("firecrawl_key", "fc-", r"fc-[a-f0-9]{32}(?![A-Za-z0-9])"),
    ("exa_or_brave_key", "BSA", r"BSA[A-Za-z0-9_-]{24,40}"),
    ("pinecone_key", "pcsk_", r"pcsk_[A-Za-z0-9_]{30,100}"),
    ("flyio_token", "fm1 fm2", r"(?:FlyV1\s+)?fm[12][ar]?_[A-Za-z0-9+/=,_-]{40,}"),
    ("render_key", "rnd_", r"rnd_[A-Za-z0-9]{20,60}"),
    ("planetscale_token", "pscale_", r"pscale_(?:tkn|oauth|pw)_[A-Za-z0-9_.=-]{30,80}"),
    ("neon_or_cloudflare_key", "napi_", r"napi_[a-z0-9]{40,80}"),
    ("heroku_key", "HRKU-", r"HRKU-[A-Za-z0-9_-]{30,80}"),
    ("dynatrace_token", "dt0", r"dt0[a-z]\d{2}\.[A-Z0-9]{24}\.[A-Z0-9]{40,70}"),
    ("jfrog_token", "AKCp cmVmdGtu", r"(?:AKCp[A-Za-z0-9]{60,80}|cmVmdGtu[A-Za-z0-9]{40,80})"),
    ("sourcegraph_token", "sgp_", r"sgp_(?:[a-f0-9]{16}_|local_)?[a-f0-9]{40}"),
    ("pulumi_token", "pul-", r"pul-[a-f0-9]{40}"),
    ("buildkite_token", "bkua_", r"bkua_[a-f0-9]{40}"),
    ("contentful_token", "CFPAT-", r"CFPAT-[A-Za-z0-9_-]{40,60}"),
    ("age_key", "AGE-SECRET-KEY-", r"AGE-SECRET-KEY-1[A-Z0-9]{50,60}"),
    ("ngrok_token", "ak_ cr_", r"(?:ak|cr)_[A-Za-z0-9]{24,40}(?![A-Za-z0-9_])"),
    # a run of signs that is no token is passed over whole, or each `-eyJ` of a hostile text would be read to its end
    ("jwt", "eyJ", r"(?P<part>eyJ[A-Za-z0-9_-]{8,}+\.eyJ[A-Za-z0-9_-]{8,}+\.[A-Za-z0-9_-]*+)|eyJ[A-Za-z0-9_-]*+"),
    (
        "jwe",
        "eyJ",
        r"(?P<part>eyJ[A-Za-z0-9_-]{16,}+\.[A-Za-z0-9_-]*+(?:\.[A-Za-z0-9_-]{8,}+){3})|eyJ[A-Za-z0-9_-]*+",
    ),
)

# a form begins where no token could still be going on; in text that stands in a string, a line's end is two signs
_BEFORE = r"(?:(?<![A-Za-z0-9])|(?<=\\[nrt]))"
# characters of the shortest token that any form knows, `xoxb-` and eight more
SHORTEST = 13
# each sign with the places in the table of the forms that hold it
_BY_SIGN = tuple(
    (sign, tuple(rank for rank, (_, signs, _) in enumerate(FORMS) if sign in signs.split()))
    for sign in dict.fromkeys(sign for _, signs, _ in FORMS for sign in signs.split())
)


def issued(text: str) -> list[tuple[str, int, int]]:
    """Find every token of a known form.

    Parameters
    ----------
    text:
        One value or a whole file.

    Returns
    -------
    list of tuple
        The kind, start and end of each, the first form in the table winning.
    """
    found: list[tuple[int, int, int]] = []
    # no form crosses a space: what is short or repeated costs nothing more, which is most of a file
    written = "\n".join({word for word in text.split() if len(word) >= SHORTEST})
    # looking for a fixed text is a hundred times faster than matching a form
    there = [ranks for sign, ranks in _BY_SIGN if sign in written]
    for rank in sorted({rank for ranks in there for rank in ranks}):
        anywhere, form = _patterns(rank)
        if anywhere.search(written):
            group = "part" if "part" in form.groupindex else 0
            found += [(match.start(group), rank, match.end(group)) for match in form.finditer(text) if match[group]]
    apart: list[tuple[str, int, int]] = []
    for start, rank, end in sorted(found):
        if not apart or start >= apart[-1][2]:
            apart.append((FORMS[rank][0], start, end))
    return apart


@cache
def _patterns(rank: int) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Give a form as it is anywhere, which is looked for faster, and where it may begin; most are never asked for."""
    form = FORMS[rank][2]
    return re.compile(form), re.compile(f"{_BEFORE}(?:{form})")
