"""How the service says no: status, condition and wording, with the tracking words real descriptions carry."""

import time
import uuid
from dataclasses import dataclass


@dataclass(eq=False)
class Refusal(Exception):
    """One refusal, as a status for request/response links and a condition for everything else."""
    status: int
    condition: str
    description: str


def tracked(text, system="localhost"):
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
    return f"{text} TrackingId:{uuid.uuid4()}_G0, SystemTracker:{system}, Timestamp:{stamp}"


def refusal(status, condition, text):
    return Refusal(status, condition, tracked(text))


def not_found(uri):
    return refusal(
        404, "amqp:not-found",
        f"The messaging entity '{uri}' could not be found. "
        "To know more visit https://aka.ms/sbResourceMgrExceptions. ")


def entity_disabled(uri):
    return refusal(
        400, "com.microsoft:entity-disabled",
        f"Messaging entity '{uri}' is currently disabled. "
        "For more information please see https://aka.ms/sbResourceMgrExceptions. ")


def unauthorized(uri):
    return refusal(
        401, "amqp:unauthorized-access",
        f"Unauthorized access. 'Listen' claim(s) are required to perform this operation. Resource: '{uri}'.")


def server_busy(uri):
    return refusal(
        503, "com.microsoft:server-busy",
        f"The request was terminated because the namespace {uri.split('/')[2]} is being throttled. "
        "Error code : 50009. Please wait 2 seconds and try again.")


def internal_error(_uri=""):
    return refusal(
        500, "amqp:internal-error",
        "The service was unable to process the request; please retry the operation.")


def timed_out(_uri):
    return refusal(408, "com.microsoft:timeout", "The operation did not complete within the allotted time.")


def detach_forced(name, details):
    return refusal(500, "amqp:link:detach-forced", f"The link '{name}' is force detached. Details: {details}")


def connection_forced(text):
    return refusal(500, "amqp:connection:forced", text)
