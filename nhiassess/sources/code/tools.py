"""Tools in Python code: those of libraries by their names, and functions by the calls inside of them."""

from __future__ import annotations

from collections.abc import Iterable

from nhiassess.formats.code import Call, Function, called
from nhiassess.formats.format import Node
from nhiassess.sources.code.files import CodeFile, last

Abilities = tuple[tuple[str, str], ...]

_RUNS: Abilities = (("executes_code", "high"),)
_BROWSES: Abilities = (("browses_web", "high"),)
# what tools of the libraries can do
ABILITIES: dict[str, Abilities] = {
    **dict.fromkeys(
        ("ShellTool", "LocalShellTool", "BashProcess", "PythonREPLTool", "PythonREPL", "PythonAstREPLTool",
         "PythonInterpreterTool", "terminal", "python_repl", "python_repl_ast", "python_interpreter", "bash",
         "CodeInterpreterTool", "PythonCodeExecutionTool", "E2BDataAnalysisTool", "CodeExecutionTool", "code_execution",
         "code_interpreter", "ExecuteBashTool"),
        _RUNS,
    ),
    "ComputerTool": (("executes_code", "medium"), ("browses_web", "high")),
    "ApplyPatchTool": (("writes_files", "high"),),
    "ReadFileTool": (("reads_files", "high"),), "ListDirectoryTool": (("reads_files", "high"),),
    "WriteFileTool": (("writes_files", "high"),), "FileReadTool": (("reads_files", "high"),),
    "DirectoryReadTool": (("reads_files", "high"),), "DirectorySearchTool": (("reads_files", "high"),),
    "FileWriterTool": (("writes_files", "high"),), "FileSearchTool": (("reads_files", "medium"),),
    "FileManagementToolkit": (("reads_files", "high"), ("writes_files", "high")),
    "SQLDatabaseToolkit": (("queries_database", "high"), ("writes_database", "medium")),
    "NL2SQLTool": (("queries_database", "high"), ("writes_database", "medium")),
    "QuerySQLDataBaseTool": (("queries_database", "high"), ("writes_database", "medium")),
    "GmailToolkit": (("sends_messages", "high"),), "GmailSendMessage": (("sends_messages", "high"),),
    "SlackToolkit": (("sends_messages", "high"),),
    **dict.fromkeys(
        ("WebSearchTool", "WebFetchTool", "google_search", "GoogleSearchTool", "url_context", "web_search",
         "web_search_preview", "DuckDuckGoSearchRun", "DuckDuckGoSearchResults", "DuckDuckGoSearchTool", "TavilySearch",
         "TavilySearchResults", "SerperDevTool", "ScrapeWebsiteTool", "WebsiteSearchTool", "EXASearchTool",
         "VisitWebpageTool", "GoogleSearchAPIWrapper", "GoogleSearchRun", "BraveSearch", "BraveSearchTool", "serpapi",
         "SeleniumScrapingTool", "FirecrawlScrapeWebsiteTool", "PlayWrightBrowserToolkit", "RequestsToolkit",
         "RequestsGetTool", "requests_all", "WikipediaQueryRun", "duckduckgo_search_tool", "tavily_search_tool"),
        _BROWSES,
    ),
}  # fmt: skip
# those that run where the agent does
ON_HOST = frozenset({
    "ShellTool", "LocalShellTool", "BashProcess", "PythonREPLTool", "PythonREPL", "PythonAstREPLTool", "terminal",
    "python_repl", "python_repl_ast", "bash", "ExecuteBashTool",
})  # fmt: skip
_SHELLS = frozenset({
    "os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput", "asyncio.create_subprocess_shell",
    "commands.getoutput",
})  # fmt: skip
_PROGRAMS = frozenset({
    "subprocess.run", "subprocess.call", "subprocess.Popen", "subprocess.check_call", "subprocess.check_output",
    "asyncio.create_subprocess_exec", "os.execv", "os.execvp", "os.spawnv", "pexpect.spawn", "pexpect.run",
})  # fmt: skip
_CODE = frozenset({"eval", "exec", "builtins.exec", "builtins.eval", "runpy.run_path", "runpy.run_module"})
_WEB = frozenset({"requests", "httpx", "aiohttp", "urllib"})
_WRITES = ("write_text", "write_bytes")
# a function that was looked into may do more than was seen
_MORE: Abilities = (("unknown", "low"),)


def risky(calls: Iterable[Call]) -> list[tuple[Call, str, str]]:
    """Give the calls that run a program, code or a shell, with what they run and how sure that the agent chooses it."""
    found = []
    for call in calls:
        given = call.node.get("0") or call.node.get("args") or call.node.get("cmd") or call.node.get("command")
        fixed = given is not None and _is_written_out(given)
        shell = call.node.get("shell")
        if call.name in _SHELLS or (call.name in _PROGRAMS and shell is not None and shell.flag()):
            found.append((call, "shell", "low" if fixed else "high"))
        elif call.name in _PROGRAMS:
            found.append((call, "program", "low" if fixed else "medium"))
        elif call.name in _CODE:
            found.append((call, "code", "low" if fixed else "high"))
    return found


def abilities(calls: Iterable[Call]) -> Abilities:
    """Tell what a function can do by the calls inside of it."""
    listed = list(calls)
    runs = [sure for _, _, sure in risky(listed)]
    found = {"executes_code": min(runs, key=("high", "medium", "low").index)} if runs else {}
    for call in listed:
        first = call.name.partition(".")[0]
        if first in _WEB and "." in call.name:
            found.setdefault("browses_web", "medium")
        elif call.name == "open":
            mode = str((call.node.get("1") or call.node.get("mode") or Node("r")).value)
            found.setdefault("writes_files" if set(mode) & set("wax+") else "reads_files", "medium")
        elif last(call.name) in _WRITES:
            found.setdefault("writes_files", "medium")
    return (*found.items(), *_MORE)


def decorated_name(code: CodeFile, function: Function) -> str:
    """Give the name that a function has as a tool: that of its decorator, or its own."""
    for each in function.decorators:
        if last(called(each)) in ("tool", "function_tool", "beta_tool"):
            given = each.get("name_override") or each.get("name") or each.get("0")
            named = code.text(given, function.within)
            if named:
                return named
    return function.name


def approval_of(code: CodeFile, nodes: Iterable[Node], within: str) -> str | None:
    """Tell whether a tool waits for a person before each call, by its decorators or by the call that wraps it."""
    for node in nodes:
        for key in ("needs_approval", "require_confirmation", "requires_approval"):
            if node.get(key) is not None:
                return {"true": "each_call", "false": "never"}.get(code.text(node.get(key), within) or "", "unknown")
    return None


def _is_written_out(node: Node) -> bool:
    if node.is_sequence:
        return all(_is_written_out(each) for each in node.elements())
    return node.tag is None and not node.is_mapping and isinstance(node.value, str)
