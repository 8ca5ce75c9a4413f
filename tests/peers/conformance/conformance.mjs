// Microsoft's client against the stand-in: what it must read as empty, as messages, and as which error.
// Usage: node conformance.mjs SERVICEBUS_PY CERTIFICATE KEY, with NODE_EXTRA_CA_CERTS naming the authority.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { ServiceBusClient } from "@azure/service-bus";
import { Peer } from "./peer.mjs";

const [script, certificate, certificateKey] = process.argv.slice(2);
const RULE = "RootManageSharedAccessKey";
const KEY = "SAS_KEY_VALUE";
const JWT = "header.claims.signature";
const LARGE = 300000;
const ENTITIES = ["--queue", "empty", "--queue", "full=3", "--topic", "events/audit=2", "--queue", "off=1",
    "--disabled", "off", "--jwt", JWT];
const ONE_TRY = { retryOptions: { maxRetries: 0, timeoutInMs: 3000 } };
let passed = 0;
let failed = 0;

async function check(name, body) {
    try {
        await body();
        passed += 1;
        console.log(`ok      ${name}`);
    } catch (error) {
        failed += 1;
        console.log(`FAILED  ${name}: ${error.message}`);
    }
}

async function withClient(client, use) {
    try {
        return await use(client);
    } finally {
        await client.close();
    }
}

const receiverOf = (client, entity) =>
    entity.includes("/") ? client.createReceiver(...entity.split("/")) : client.createReceiver(entity);

const peek = (client, entity, count = 1) =>
    withClient(client, async () => receiverOf(client, entity).peekMessages(count));

const fails = (promise, code) =>
    assert.rejects(promise, (error) => {
        assert.equal(error.code, code, `${error.code}: ${error.message}`);
        return true;
    });

function signature(uri, seconds) {
    const encoded = encodeURIComponent(uri);
    const expiry = Math.floor(Date.now() / 1000) + seconds;
    const digest = createHmac("sha256", KEY).update(`${encoded}\n${expiry}`, "utf8").digest("base64");
    return `SharedAccessSignature sr=${encoded}&sig=${encodeURIComponent(digest)}&se=${expiry}&skn=${RULE}`;
}

async function answerCases(kind, connect) {
    await check(`${kind}: an empty queue is []`, async () =>
        assert.deepEqual(await peek(connect(), "empty"), []));
    await check(`${kind}: a queue with 3 messages shows 3`, async () => {
        const messages = await peek(connect(), "full", 10);
        assert.deepEqual(messages.map((message) => message.sequenceNumber.toNumber()), [1, 2, 3]);
        assert.equal(Buffer.from(messages[0].body).toString(), "x".repeat(32));
    });
    await check(`${kind}: a subscription shows its messages`, async () =>
        assert.equal((await peek(connect(), "events/audit", 5)).length, 2));
    await check(`${kind}: names in another case are the same entity`, async () =>
        assert.equal((await peek(connect(), "FULL", 5)).length, 3));
    await check(`${kind}: a dead letter queue is there and empty`, async () =>
        assert.deepEqual(await withClient(connect(), (client) =>
            client.createReceiver("full", { subQueueType: "deadLetter" }).peekMessages(1)), []));
}

async function refusalCases(kind, connect, peer) {
    await check(`${kind}: a wrong key is UnauthorizedAccess`, () =>
        fails(peek(connect("wrong"), "full"), "UnauthorizedAccess"));
    await check(`${kind}: a missing entity is MessagingEntityNotFound`, () =>
        fails(peek(connect(), "missing"), "MessagingEntityNotFound"));
    await check(`${kind}: a disabled entity is MessagingEntityDisabled`, () =>
        fails(peek(connect(), "off"), "MessagingEntityDisabled"));
    await check(`${kind}: throttled is ServiceBusy`, async () => {
        await peer.tell("throttle on");
        await fails(peek(connect(), "full"), "ServiceBusy");
        await peer.tell("throttle off");
    });
    await check(`${kind}: a request without an answer is ServiceTimeout`, async () => {
        await peer.tell("fault ignore@request");
        await fails(peek(connect(), "full"), "ServiceTimeout");
        await peer.tell("fault none");
    });
    await check(`${kind}: an answer to another request is not taken`, async () => {
        await peer.tell("fault wrong-correlation@request");
        await fails(peek(connect(), "full"), "ServiceTimeout");
        await peer.tell("fault none");
    });
}

async function countCases(kind, connect, peer) {
    await check(`${kind}: 20 peeks need 1 connection, 1 token, 4 links, and no lock`, async () => {
        await peer.tell("reset");
        await withClient(connect(), async (client) => {
            const receiver = receiverOf(client, "full");
            for (let i = 0; i < 20; i += 1) await receiver.peekMessages(1);
            const counters = await peer.counters();
            assert.equal(counters.peeks, 20);
            const { connections_total, put_tokens, sessions_open, links_open } = counters;
            assert.deepEqual([connections_total, put_tokens, sessions_open, links_open], [1, 1, 2, 4]);
            assert.deepEqual([counters.messages_locked, counters.messages_consumed], [0, 0]);
        });
    });
    await check(`${kind}: a closed client leaves nothing open`, async () => {
        const end = Date.now() + 2000;
        let open;
        do {
            const counters = await peer.counters();
            open = [counters.connections_open, counters.sessions_open, counters.links_open];
        } while (open.some((number) => number !== 0) && Date.now() < end);
        assert.deepEqual(open, [0, 0, 0]);
    });
    await check(`${kind}: receiving does lock and consume`, async () => {
        await peer.tell("create work=1");
        await withClient(connect(), async (client) => {
            const receiver = receiverOf(client, "work");
            const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 2000 });
            await receiver.completeMessage(message);
        });
        const counters = await peer.counters();
        assert.deepEqual([counters.messages_locked, counters.messages_consumed], [1, 1]);
    });
}

async function identityCases(peer) {
    const host = `localhost:${peer.port}`;
    const credential = (token) => ({
        getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3600000 }),
    });
    const bearer = (token) => new ServiceBusClient(host, credential(token), ONE_TRY);
    await check("tls: a jwt that is known is taken", async () =>
        assert.equal((await peek(bearer(JWT), "full", 5)).length, 3));
    await check("tls: another jwt is UnauthorizedAccess", () =>
        fails(peek(bearer("a.b.c"), "full"), "UnauthorizedAccess"));
    const signed = (seconds) => new ServiceBusClient(
        `Endpoint=sb://${host}/;SharedAccessSignature=${signature(`sb://${host}/`, seconds)}`, ONE_TRY);
    await check("tls: a SharedAccessSignature for the namespace is taken", async () =>
        assert.equal((await peek(signed(600), "full", 5)).length, 3));
    await check("tls: one that has run out is UnauthorizedAccess", () =>
        fails(peek(signed(-60), "full"), "UnauthorizedAccess"));
}

async function variantCases(connect) {
    const options = ["--missing-entity", "attach", "--disabled-at", "request", "--answer-first",
        "--message-bytes", String(LARGE), ...ENTITIES];
    const peer = await Peer.start(script, options);
    await check("variant: a missing entity noticed at attach", () =>
        fails(peek(connect(peer), "missing"), "MessagingEntityNotFound"));
    await check("variant: a disabled entity noticed at the peek", () =>
        fails(peek(connect(peer), "off"), "MessagingEntityDisabled"));
    await check("variant: messages of many frames arrive whole", async () => {
        const messages = await peek(connect(peer), "full", 3);
        assert.deepEqual(messages.map((message) => message.body.length), [LARGE, LARGE, LARGE]);
    });
    await peer.stop();
}

const emulator = (peer) => (key = KEY) => new ServiceBusClient(`Endpoint=sb://localhost:${peer.port};` +
    `SharedAccessKeyName=${RULE};SharedAccessKey=${key};UseDevelopmentEmulator=true;`, ONE_TRY);
const secured = (peer) => (key = KEY) => new ServiceBusClient(`Endpoint=sb://localhost:${peer.port}/;` +
    `SharedAccessKeyName=${RULE};SharedAccessKey=${key}`, ONE_TRY);

async function main() {
    const plain = await Peer.start(script, ENTITIES);
    const secure = ["--tls-cert", certificate, "--tls-key", certificateKey];
    const tls = await Peer.start(script, [...secure, ...ENTITIES]);
    for (const [kind, peer, connect] of [["plain", plain, emulator(plain)], ["tls", tls, secured(tls)]]) {
        await answerCases(kind, connect);
        await refusalCases(kind, connect, peer);
        await countCases(kind, connect, peer);
        await peer.tell("reset");
    }
    await identityCases(tls);
    await variantCases((peer) => emulator(peer)());
    await plain.stop();
    await tls.stop();
    console.log(`${passed} passed, ${failed} failed`);
    process.exitCode = failed === 0 ? 0 : 1;
}

await main();
