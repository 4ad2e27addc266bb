package dev.millrace.server.tensor;

/**
 * What a tensor must look like.
 *
 * @param dtype its element type
 * @param shape the shapes it may have
 */
public record TensorSpec(DataType dtype, ShapeSpec shape) {}
