"""The health router that most teams write: four checks in the request path, one after another."""
import os
import pathlib

import asyncpg
import httpx
import redis.asyncio as redis
from fastapi import FastAPI
from fastapi.responses import JSONResponse

app = FastAPI()
clients = {}


@app.on_event("startup")
async def connect():
    clients["database"] = await asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=1, max_size=10)
    clients["redis"] = redis.from_url(os.environ["REDIS_URL"], socket_timeout=2)
    clients["openai"] = httpx.AsyncClient(base_url=os.environ["OPENAI_URL"], headers={"api-key": "benchmark"}, timeout=2)
    clients["model"] = pathlib.Path(os.environ["MODEL_FILE"]).stat().st_size > 0


async def database():
    return await clients["database"].fetchval("SELECT 1", timeout=2) == 1


async def cache():
    return await clients["redis"].ping()


async def openai():
    answer = await clients["openai"].get("/openai/models?api-version=2024-10-21")
    return answer.status_code == 200


async def model():
    return clients["model"]


@app.get("/health")
async def live():
    return {"status": "alive"}


@app.get("/health/ready")
async def ready():
    checks = {}
    for name, check in {"database": database, "redis": cache, "openai": openai, "model": model}.items():
        try:
            checks[name] = {"healthy": bool(await check())}
        except Exception:  # whatever it is, the dependency is not there
            checks[name] = {"healthy": False}
    healthy = all(check["healthy"] for check in checks.values())
    return JSONResponse({"status": "ready" if healthy else "not_ready", "checks": checks}, 200 if healthy else 503)
