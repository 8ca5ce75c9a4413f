"""How the service says no: status, condition and wording, with the tracking words real descriptions carry."""

import time
import uuid
from dataclasses import dataclass


@dataclass
class Refusal(Exception):
    """One refusal, as a status for request/response links and a condition for everything else."""
    status: int
    condition: str
    description: str


def tracked(text, system="localhost"):
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
    return f"{text} TrackingId:{uuid.uuid4()}_G0, SystemTracker:{system}, Timestamp:{stamp}"


def not_found(uri):
    return Refusal(404, "amqp:not-found", tracked(
        f"The messaging entity '{uri}' could not be found. "
        "To know more visit https://aka.ms/sbResourceMgrExceptions. "))


def entity_disabled(uri):
    return Refusal(400, "com.microsoft:entity-disabled", tracked(
        f"Messaging entity '{uri}' is currently disabled. "
        "For more information please see https://aka.ms/sbResourceMgrExceptions. "))


def unauthorized(uri):
    return Refusal(401, "amqp:unauthorized-access", tracked(
        f"Unauthorized access. 'Listen' claim(s) are required to perform this operation. Resource: '{uri}'."))


def server_busy(uri):
    return Refusal(503, "com.microsoft:server-busy", tracked(
        f"The request was terminated because the namespace {uri.split('/')[2]} is being throttled. "
        "Error code : 50009. Please wait 2 seconds and try again."))


def internal_error(_uri=""):
    return Refusal(500, "amqp:internal-error", tracked(
        "The service was unable to process the request; please retry the operation."))


def timed_out(_uri):
    return Refusal(408, "com.microsoft:timeout", tracked("The operation did not complete within the allotted time."))


def detach_forced(name):
    return Refusal(500, "amqp:link:detach-forced", f"The link '{name}' is force detached by the broker because the "
                   "entity is no longer available, or the link was idle. Details: AmqpMessagePublisher.IdleTimerExpired: "
                   "Idle timeout: 00:10:00.")


def connection_forced(text):
    return Refusal(500, "amqp:connection:forced", tracked(text))
