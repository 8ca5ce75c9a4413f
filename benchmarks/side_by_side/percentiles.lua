-- The numbers of a run of wrk, one a line.
done = function(summary, latency)
  io.write(string.format("requests %d\nmicroseconds %d\nerrors %d\n", summary.requests, summary.duration,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout + summary.errors.status))
  io.write(string.format("max %d\n", latency.max))
  for _, percentile in pairs({50, 99, 99.9}) do
    io.write(string.format("p%g %d\n", percentile, latency:percentile(percentile)))
  end
end
