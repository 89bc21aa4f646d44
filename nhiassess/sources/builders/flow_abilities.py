"""What a tool of a flow builder can do, told from the kind of node that it is and the operation that is set in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

Capabilities = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Ability:
    """What a tool can do; None where its kind does not tell."""

    capabilities: Capabilities | None = (("unknown", "low"),)
    sees_untrusted: bool | None = None
    reads_private: bool | None = None
    sends_out: bool | None = None
    irreversible: bool | None = None


UNKNOWN = Ability()
# the tool of a server, which others may know
OPEN = Ability(None)
HARMLESS = Ability((), False, False, False, False)
# an address can carry data out; a query reaches the search service only
WEB = Ability((("browses_web", "high"),), True, False, True, False)
SEARCH = Ability((("browses_web", "high"),), True, False, False, False)
# somebody else wrote the code, and the agent only what it is given
FIXED_CODE = Ability((("executes_code", "low"),))
OWN_CODE = Ability((("executes_code", "high"),))
SPAWNS = Ability((("spawns_agents", "high"),))
LOOKUP = Ability((("queries_database", "high"),), None, True, False, False)

_READS = re.compile(
    r"^(?:get|list|search|read|download|lookup|find|retrieve|load|select|query|scan|count|aggregate)", re.I
)
_REMOVES = re.compile(r"delete|remove|truncate|drop|clear|purge", re.I)
_STATEMENT = re.compile(r"execute|sql|command", re.I)

_HOST = re.compile(r"^\s*https?://(?:[^/@\s{}]*@)?([\w.-]+(?::\d+)?)(?=[/?#]|$)")
_CODE = re.compile(r"code|python|shell|computer", re.I)

# kinds by what they work on, in small letters; the first that fits decides
_FAMILIES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("harmless", re.compile(
        r"^(?:calculator|think|currentdatetime|current_time|datetime|time|dateandtime|uuid|wolframalpha)$"
    )),
    ("code", re.compile(
        r"executecommand|^ssh|code_?interpreter|simple_code|codesandbox|e2b|pythoninterpreter|shell|terminal"
    )),
    ("fixed code", re.compile(r"^(?:code|customtool|customfunction|function|lambda|awslambda)$|lambda")),
    ("lookup", re.compile(
        r"vectorstore|retriever|knowledge|docstore|documentstore|dataset|^pinecone|^qdrant|^chroma|^weaviate"
    )),
    ("mail", re.compile(r"gmail|emailsend|^email|outlook|sendgrid|mailgun|mailjet|sendinblue|brevo|awsses|postmark")),
    ("chat", re.compile(
        r"slack|telegram|discord|teams$|whatsapp|twilio|mattermost|^sms|^line$|rocketchat|googlechat|wecom|feishu"
        r"|dingtalk|^matrix"
    )),
    ("code host", re.compile(r"github|gitlab|bitbucket|gitea|^git$")),
    ("payment", re.compile(r"stripe|paypal|paddle|chargebee|braintree|coinbase")),
    ("cloud", re.compile(r"^aws|^s3$|^azure(?!openai)|^googlecloud|cloudflare|kubernetes|proxmox")),
    ("database", re.compile(
        r"postgres|mysql|mssql|microsoftsql|mongo|supabase|redis|snowflake|bigquery|questdb|cratedb|timescale"
        r"|sqlite|oracle|database|^sql|airtable|googlesheets|microsoftexcel|notion|baserow|nocodb|seatable"
        r"|datatable|elasticsearch|dynamodb|clickhouse"
    )),
    ("web", re.compile(r"scrap|crawl|browser|^jina|apify|webpage|urlloader|url_?context|web_?fetch|reader$")),
    ("search", re.compile(
        r"serp|search(?:api|xng)?$|wikipedia|arxiv|web_?search|tavily|^brave|^exa|duckduckgo|google_?search"
        r"|customsearch|^bing|perplexity|hackernews|^rss|youtube"
    )),
    ("http", re.compile(r"http|requests?(?:get|post|put|delete)|openapi")),
    ("spawns", re.compile(r"chatflowtool|agentastool|agentflowtool|a2a")),
)  # fmt: skip
_PLAIN = {
    "harmless": HARMLESS,
    "code": OWN_CODE,
    "fixed code": FIXED_CODE,
    "lookup": LOOKUP,
    "web": WEB,
    "search": SEARCH,
    "spawns": SPAWNS,
}
_STATED = {
    "mail": ((), (("sends_messages", "high"),), (("sends_messages", "medium"),)),
    "chat": ((), (("sends_messages", "high"),), (("sends_messages", "medium"),)),
    "code host": (
        (("reads_code_repository", "high"),),
        (("writes_code_repository", "medium"),),
        (("reads_code_repository", "medium"), ("writes_code_repository", "low")),
    ),
    "payment": ((), (("pays", "medium"),), (("pays", "low"),)),
    "cloud": ((("manages_cloud", "low"),), (("manages_cloud", "medium"),), (("manages_cloud", "low"),)),
    "database": (
        (("queries_database", "high"),),
        (("writes_database", "high"),),
        (("queries_database", "medium"), ("writes_database", "medium")),
    ),
}


def family(kind: str) -> str | None:
    """Give what a kind of node works on.

    Parameters
    ----------
    kind:
        Its name in the builder, without the package and without "tool" at its ends.

    Examples
    --------
    >>> family("googleSheets"), family("serpAPI"), family("somethingNew")
    ('database', 'search', None)
    """
    small = kind.lower()[:200]
    small = small.removeprefix("tool") or small
    small = small.removesuffix("tool") or small
    return next((name for name, pattern in _FAMILIES if pattern.search(small)), None)


def ability(kind: str, operation: str | None = None, filled: bool | None = None, whole: bool = False) -> Ability:
    """Tell what a tool can do.

    Parameters
    ----------
    kind:
        The kind of node.
    operation:
        What it is set to do, such as ``getAll`` or ``send``; None when the file does not say.
    filled:
        Whether the agent fills in the statement or command itself; None when that is not known.
    whole:
        Whether it writes the whole of the statement, and so may write one that deletes.

    Returns
    -------
    Ability
        Unknown for a kind that nobody listed.

    Examples
    --------
    >>> ability("gmailTool", "getAll").sees_untrusted, ability("gmailTool", "send").capabilities
    (True, (('sends_messages', 'high'),))
    >>> ability("postgresTool", "deleteTable").irreversible
    True
    """
    what = family(kind)
    if what is None or what == "http":
        return UNKNOWN
    if what in _PLAIN:
        return _PLAIN[what]
    reading, writing, either = _STATED[what]
    talks = what in ("mail", "chat")
    if operation is None:
        return Ability(either, None, None, True if talks else None)
    if what == "database" and _STATEMENT.search(operation):
        sure = "high" if filled else "medium"
        able: Capabilities = (
            ("queries_database", "high" if filled is not False else "medium"),
            ("writes_database", sure),
        )
        able = able if filled is not False else (*reading, ("writes_database", "low"))
        return Ability(able, None, True, None, whole or None)
    if _READS.match(operation):
        return Ability(reading, True if talks else None, True, False, False)
    removes = bool(_REMOVES.search(operation))
    sent = Ability(writing, False, False, True if what in ("mail", "chat", "code host") else None, removes or None)
    return replace(sent, capabilities=(), sends_out=False) if talks and removes else sent


def hosted(name: str) -> Ability:
    """Tell what a tool can do that a model brings along, and that runs where the model runs.

    Examples
    --------
    >>> hosted("code_interpreter").capabilities, hosted("web_search_preview").capabilities
    ((('executes_code', 'low'),), (('browses_web', 'high'),))
    """
    # away from the agent's own files and credentials
    return FIXED_CODE if _CODE.search(name) else ability(name)


def over_http(url: str, method: str, filled: bool) -> tuple[Ability, str | None]:
    """Tell what a request can do, and the one host that it goes to.

    Parameters
    ----------
    url:
        The address as the file states it.
    method:
        The method; one that is put together when it runs counts as one that writes.
    filled:
        Whether the agent fills in some part of the request.

    Returns
    -------
    tuple of Ability and str
        No host for an address that the agent writes, which is the open web, or that the flow puts together.

    Examples
    --------
    >>> over_http("https://api.example/v1", "DELETE", False)[0].irreversible, over_http("{url}", "GET", True)[0] == WEB
    (True, True)
    """
    fixed = _HOST.match(url[:2000])
    writes = method.upper() not in ("GET", "HEAD", "OPTIONS")
    irreversible = True if method.upper() == "DELETE" else None
    if fixed is None:
        return (replace(WEB, irreversible=irreversible if writes else False) if filled else UNKNOWN), None
    return Ability(sends_out=writes or filled, irreversible=irreversible), fixed[1]
