package dev.millrace.server.gateway.json;

import dev.millrace.server.tensor.DataType;
import dev.millrace.server.tensor.Shape;
import java.nio.ByteBuffer;

/**
 * A tensor that was read.
 *
 * @param dtype its element type
 * @param shape its shape, as the nesting of lists says
 * @param bytes its elements, little-endian and row-major, in an array; strings each behind their
 *     length in four bytes
 * @param count the number of elements
 */
public record JsonTensor(DataType dtype, Shape shape, ByteBuffer bytes, long count) {}
