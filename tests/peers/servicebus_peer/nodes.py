"""Which node an address names, and whether a client with these rights may attach there."""

from . import errors, links
from .cbs import CbsReplies, CbsRequests
from .entities import split_address
from .management import ManagementReplies, ManagementRequests
from .receiving import EntityReceiver


def attach(connection, link):
    """Decides about a client's Attach."""
    terminus = link.remote_target if link.is_receiver else link.remote_source
    address = terminus.address or ""
    step = "attach-cbs" if address == "$cbs" else "attach"
    uri = connection.uri(split_address(address)[0])
    connection.step(step, lambda: answer(connection, link, address, uri),
                    lambda refusal: links.refuse(connection, link, refusal), uri, link, link.session)


def answer(connection, link, address, uri):
    try:
        place = place_for(connection, link, address, uri)
    except errors.Refusal as refusal:
        links.refuse(connection, link, refusal)
    else:
        links.accept(connection, place)


def place_for(connection, link, address, uri):
    """The place for a client's link, or a Refusal: rights first, then existence, then the entity's state."""
    if address == "$cbs":
        return (CbsRequests if link.is_receiver else CbsReplies)(connection, link)
    path, is_management = split_address(address)
    guarded = f"{path}/$management" if is_management else path
    if not connection.rights.allow(guarded):
        raise errors.unauthorized(uri)
    entity = connection.peer.namespace.require(path, uri)
    if entity.disabled and disabled_matters(connection.peer.options, is_management):
        raise errors.entity_disabled(uri)
    if not is_management:
        return entity_place(connection, link, guarded, entity)
    if link.is_receiver:
        return ManagementRequests(connection, link, guarded, entity)
    return ManagementReplies(connection, link, guarded)


def disabled_matters(options, is_management):
    return options.disabled_at == "attach" or not is_management


def entity_place(connection, link, path, entity):
    if link.is_receiver:
        raise errors.refusal(501, "amqp:not-implemented", "This stand-in takes no messages.")
    return EntityReceiver(connection, link, path, entity)
