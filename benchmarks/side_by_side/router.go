// The health library that Debian has for Go, with its checks in the background, as its documentation advises.
package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/alexliesenfeld/health"
	"github.com/gomodule/redigo/redis"
	_ "github.com/lib/pq"
)

const timeout = 2 * time.Second

func get(ctx context.Context, url string) error {
	request, err := http.NewRequestWithContext(ctx, "GET", url, nil)
	if err != nil {
		return err
	}
	request.Header.Set("api-key", "benchmark")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != 200 {
		return fmt.Errorf("status %d", answer.StatusCode)
	}
	return nil
}

func ping(ctx context.Context, cache *redis.Pool) error {
	connection, err := cache.GetContext(ctx)
	if err != nil {
		return err
	}
	defer connection.Close()
	_, err = connection.Do("PING")
	return err
}

func main() {
	database, err := sql.Open("postgres", os.Getenv("DATABASE_URL")+"?sslmode=disable")
	if err != nil {
		panic(err)
	}
	cache := &redis.Pool{MaxIdle: 3, IdleTimeout: 4 * time.Minute, Dial: func() (redis.Conn, error) {
		return redis.DialURL(os.Getenv("REDIS_URL"), redis.DialConnectTimeout(timeout), redis.DialReadTimeout(timeout))
	}}
	periodic := func(name string, check func(context.Context) error) health.CheckerOption {
		return health.WithPeriodicCheck(10*time.Second, 0, health.Check{Name: name, Timeout: timeout, Check: check})
	}
	ready := health.NewChecker(
		periodic("database", database.PingContext),
		periodic("redis", func(ctx context.Context) error { return ping(ctx, cache) }),
		periodic("openai", func(ctx context.Context) error {
			return get(ctx, os.Getenv("OPENAI_URL")+"/openai/models?api-version=2024-10-21")
		}),
		periodic("model", func(context.Context) error { _, err := os.Stat(os.Getenv("MODEL_FILE")); return err }))
	http.Handle("/health", health.NewHandler(health.NewChecker()))
	http.Handle("/health/ready", health.NewHandler(ready))
	panic(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
}
