package dev.millrace.server.gateway.rest;

import io.grpc.CallOptions;
import io.grpc.Channel;
import java.util.Optional;
import java.util.function.Function;

/**
 * A request of a REST wire.
 *
 * @param method such as {@code POST}
 * @param path as it came, with its percents and without a query
 * @param body the whole body; whoever reads it may keep views of it, and nobody changes it
 * @param headers a header's value by its name
 * @param channel to the services; carries who asks
 * @param options the call's deadline, if it has one
 */
public record RestRequest(
    String method,
    String path,
    byte[] body,
    Function<String, Optional<String>> headers,
    Channel channel,
    CallOptions options) {}
