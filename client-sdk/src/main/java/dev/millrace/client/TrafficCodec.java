package dev.millrace.client;

import com.google.protobuf.Duration;
import dev.millrace.v1.Bake;
import dev.millrace.v1.Canary;
import dev.millrace.v1.Shadow;
import dev.millrace.v1.Traffic;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Traffic and what shadows have shown, as messages and as the SDK's own types. */
final class TrafficCodec {
  private TrafficCodec() {}

  static Traffic encode(TrafficSplit split) {
    Traffic.Builder builder = Traffic.newBuilder();
    split
        .canaries()
        .forEach(
            canary ->
                builder.addCanaries(
                    Canary.newBuilder().setVersion(canary.version()).setShare(canary.share())));
    split
        .shadow()
        .ifPresent(
            shadow ->
                builder.setShadow(
                    Shadow.newBuilder().setVersion(shadow.version()).setShare(shadow.share())));
    return builder.build();
  }

  static TrafficSplit decode(Traffic traffic) {
    return new TrafficSplit(
        traffic.getCanariesList().stream()
            .map(canary -> new TrafficSplit.Share(canary.getVersion(), canary.getShare()))
            .toList(),
        traffic.hasShadow()
            ? Optional.of(
                new TrafficSplit.Share(
                    traffic.getShadow().getVersion(), traffic.getShadow().getShare()))
            : Optional.empty());
  }

  static BakeInfo decode(Bake bake) {
    return new BakeInfo(
        bake.getVersion(), bake.getFormerVersion(), Codec.decode(bake.getEndTime()));
  }

  static ShadowReport decode(dev.millrace.v1.ShadowReport report) {
    Map<String, ShadowReport.ClassAgreement> classes = new LinkedHashMap<>();
    report
        .getClassesList()
        .forEach(
            ofClass ->
                classes.put(
                    ofClass.getLabel(),
                    new ShadowReport.ClassAgreement(ofClass.getExamples(), ofClass.getAgreed())));
    return new ShadowReport(
        report.getVersion(),
        report.getComparedRequests(),
        report.getComparedExamples(),
        report.getAgreement(),
        report.getLargestDifference(),
        classes,
        report.getFailedRequests(),
        report.getDroppedRequests(),
        times(report.getPrimaryP50(), report.getPrimaryP99()),
        times(report.getShadowP50(), report.getShadowP99()));
  }

  static Disagreement decode(dev.millrace.v1.Disagreement seen) {
    return new Disagreement(
        Codec.decode(seen.getTime()),
        seen.getSignature(),
        seen.getPrimaryVersion(),
        seen.getShadowVersion(),
        decode(seen.getInputsMap()),
        decode(seen.getPrimaryOutputsMap()),
        decode(seen.getShadowOutputsMap()));
  }

  private static Map<String, Tensor> decode(Map<String, dev.millrace.v1.Tensor> tensors) {
    Map<String, Tensor> decoded = new HashMap<>();
    tensors.forEach((name, tensor) -> decoded.put(name, Codec.decode(tensor)));
    return decoded;
  }

  private static ShadowReport.Times times(Duration p50, Duration p99) {
    return new ShadowReport.Times(time(p50), time(p99));
  }

  private static java.time.Duration time(Duration duration) {
    return java.time.Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
  }
}
