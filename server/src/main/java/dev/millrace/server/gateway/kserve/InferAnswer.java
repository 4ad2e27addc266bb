package dev.millrace.server.gateway.kserve;

import com.google.protobuf.ByteString;
import java.util.List;

/**
 * The answer to an inference.
 *
 * @param document what stands first
 * @param blobs the bytes of outputs behind it, in their order; not copied
 * @param binary true when there are such outputs, be they empty
 */
record InferAnswer(byte[] document, List<ByteString> blobs, boolean binary) {}
