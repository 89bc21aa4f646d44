"""Users of a kubeconfig in a home folder, and what they prove who they are with.

Shapes are those of Kubernetes, "kubeconfig (v1)". A plug-in that a file names is named by its program, and never run.
"""

from __future__ import annotations

from collections.abc import Iterator

from nhiassess.formats.format import Node
from nhiassess.model.inventory import Identity
from nhiassess.sources.source import quote
from nhiassess.sources.workstations.aws import role_of
from nhiassess.sources.workstations.home import Home, program_of, text_of


def read_kube(home: Home) -> None:
    """Read the users of a kubeconfig, the contexts that they are used in, and what they prove who they are with.

    Parameters
    ----------
    home:
        ``.kube/config``.

    Notes
    -----
    The name of a user is this file's own: whom the cluster takes it for stands here only as a user name, as somebody
    who is impersonated, or as the role that a plug-in asks for.
    """
    root = home.file.document.root
    used: dict[str, list[str]] = {}
    for name, context in _named(root.get("contexts"), "context"):
        user, where = text_of(context.get("user")), text_of(context.get("cluster")) or "-"
        namespace = text_of(context.get("namespace"))
        if user is not None:
            used.setdefault(user, []).append(f"{where}/{namespace}" if namespace else where)
        home.state(f"contexts.{name}", context, f"user {user or '-'} in cluster {where}")
    for name, stated in _named(root.get("clusters"), "cluster"):
        for key in ("server", "insecure-skip-tls-verify"):
            node = stated.get(key)
            if node is not None and not node.is_mapping and not node.is_sequence and node.value is not None:
                home.state(
                    f"clusters.{name}.{key}", node, str(node.value).lower() if key != "server" else str(node.value)
                )
    for name, entry in _named(root.get("users"), "user"):
        for_what = ", ".join(dict.fromkeys(used.get(name, [])))[:200]
        _user(home, name, entry, f"{name} for {for_what}" if for_what else name)


def _named(node: Node | None, key: str) -> Iterator[tuple[str, Node]]:
    for each in node.elements() if node is not None else ():
        name, value = text_of(each.get("name")), each.get(key)
        if name and value is not None and value.is_mapping:
            yield name, value


def _user(home: Home, name: str, user: Node, known_as: str) -> None:
    who = _kube_identity(home, user)
    dotted = f"users.{name}"
    for key, kind in (("token", "oauth_token"), ("password", "password"), ("client-key-data", "private_key")):
        node = user.get(key)
        if node is not None and node.text():
            home.keep(f"{dotted}.{key}", home.at(node), known_as, kind=kind, identity=who, secrets=node.secrets)
    for key, kind in (("tokenFile", "oauth_token"), ("client-key", "private_key")):
        node = user.get(key)
        if node is not None and node.text():
            # another file holds it, in clear or not
            home.keep(f"{dotted}.{key}", home.at(node), known_as, kind=kind, store=None, identity=who)
    plugin = user.get("exec")
    command = plugin.get("command") if plugin is not None else None
    if plugin is not None and command is not None and command.text():
        store = f"secret_manager:process:{program_of(command.text() or '')}"
        asked = _asked(home, plugin)
        home.keep(f"{dotted}.exec", home.at(command), known_as, kind="oauth_token", store=store, identity=asked or who)
    provider = user.get("auth-provider", "name")
    if provider is not None and provider.text():
        cached = [node for key in ("id-token", "refresh-token", "access-token")
                  if (node := user.get("auth-provider", "config", key)) is not None and node.text()]  # fmt: skip
        store = "plaintext" if cached else f"secret_manager:process:{provider.text()}"
        secrets = cached[0].secrets if cached else ()
        home.keep(f"{dotted}.auth-provider", home.at(provider), known_as, kind="oauth_token", store=store,
                  identity=who, secrets=secrets)  # fmt: skip


def _kube_identity(home: Home, user: Node) -> Identity | None:
    node = user.get("as") or user.get("username")
    name = text_of(node)
    if node is None or not name:
        return None
    if name.startswith("system:serviceaccount:") and name.count(":") == 3:
        namespace, account = name.split(":")[2:]
        id = f"identity:kubernetes/-/{quote(namespace)}/{quote(account)}"
        return Identity(id, "service_account", f"{namespace}/{account}", "kubernetes", locations=(home.at(node),))
    id = f"identity:kubernetes/-/-/user:{quote(name)}"
    return Identity(id, "user", name, "kubernetes", locations=(home.at(node),))


def _asked(home: Home, plugin: Node) -> Identity | None:
    """Give the role that a plug-in of AWS is told to ask for."""
    words = plugin.get("args")
    before = ""
    for word in words.elements() if words is not None else ():
        text = word.text() or ""
        if before in ("--role-arn", "--role", "-r") or text.startswith("--role-arn="):
            return role_of(text.removeprefix("--role-arn="), home.at(word))
        before = text
    return None
