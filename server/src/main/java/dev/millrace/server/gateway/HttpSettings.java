package dev.millrace.server.gateway;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;

/**
 * What an operator chooses of the HTTP door.
 *
 * @param address where it listens; port 0 takes a free one
 * @param tls what it shows of itself; empty for plain text
 * @param maxBodyBytes largest body of a request taken, after decompression
 * @param drainTimeout longest wait for requests in flight when it stops
 * @param origins whose requests are taken
 * @param timeouts how long it waits for slow clients
 */
public record HttpSettings(
    InetSocketAddress address,
    Optional<HttpTls> tls,
    int maxBodyBytes,
    Duration drainTimeout,
    Origins origins,
    HttpTimeouts timeouts) {}
