package dev.millrace.server.protocol.v1;

import dev.millrace.server.inference.shadow.Disagreement;
import dev.millrace.server.inference.shadow.ShadowReport;
import dev.millrace.server.registry.Canary;
import dev.millrace.server.registry.Shadow;
import dev.millrace.server.registry.Traffic;
import dev.millrace.server.tensor.TensorData;
import dev.millrace.v1.ClassAgreement;
import dev.millrace.v1.Tensor;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Traffic from messages, and what a shadow has shown as messages. Thread-safe. */
final class ShadowCodec {
  private final TensorCodec tensors = new TensorCodec();

  static Traffic decode(dev.millrace.v1.Traffic traffic) {
    return new Traffic(
        traffic.getCanariesList().stream()
            .map(canary -> new Canary(canary.getVersion(), canary.getShare()))
            .toList(),
        traffic.hasShadow()
            ? Optional.of(
                new Shadow(traffic.getShadow().getVersion(), traffic.getShadow().getShare()))
            : Optional.empty());
  }

  static dev.millrace.v1.ShadowReport encode(ShadowReport report) {
    dev.millrace.v1.ShadowReport.Builder builder =
        dev.millrace.v1.ShadowReport.newBuilder()
            .setVersion(report.version())
            .setComparedRequests(report.comparedRequests())
            .setComparedExamples(report.comparedExamples())
            .setAgreement(report.agreement())
            .setLargestDifference(report.largestDifference())
            .setFailedRequests(report.failedRequests())
            .setDroppedRequests(report.droppedRequests())
            .setPrimaryP50(ModelCodec.duration(report.primary().p50()))
            .setPrimaryP99(ModelCodec.duration(report.primary().p99()))
            .setShadowP50(ModelCodec.duration(report.shadow().p50()))
            .setShadowP99(ModelCodec.duration(report.shadow().p99()));
    report
        .classes()
        .forEach(
            (label, count) ->
                builder.addClasses(
                    ClassAgreement.newBuilder()
                        .setLabel(label)
                        .setExamples(count.examples())
                        .setAgreed(count.agreed())));
    return builder.build();
  }

  dev.millrace.v1.Disagreement encode(Disagreement seen) {
    return dev.millrace.v1.Disagreement.newBuilder()
        .setTime(ModelCodec.timestamp(seen.time()))
        .setSignature(seen.signature())
        .setPrimaryVersion(seen.primaryVersion())
        .setShadowVersion(seen.shadowVersion())
        .putAllInputs(encode(seen.inputs()))
        .putAllPrimaryOutputs(encode(seen.primaryOutputs()))
        .putAllShadowOutputs(encode(seen.shadowOutputs()))
        .build();
  }

  private Map<String, Tensor> encode(Map<String, TensorData> named) {
    Map<String, Tensor> encoded = new TreeMap<>();
    named.forEach(
        (name, tensor) -> encoded.put(name, tensors.encode(tensor, TensorCodec.Form.BYTES)));
    return encoded;
  }
}
