package dev.millrace.server.protocol.v1;

import dev.millrace.server.model.VersionId;
import dev.millrace.server.privacy.Receipt;
import dev.millrace.server.privacy.RemovedItem;
import dev.millrace.v1.DeletionReceipt;

/** Receipts as messages. Stateless. */
final class ReceiptCodec {
  private ReceiptCodec() {}

  static DeletionReceipt encode(Receipt receipt) {
    DeletionReceipt.Builder encoded =
        DeletionReceipt.newBuilder()
            .setId(receipt.id())
            .setName(DatasetCodec.resource(receipt.dataset()))
            .setDigest(receipt.digest())
            .setOwner(receipt.owner())
            .setPurpose(receipt.purpose())
            .setCaller(receipt.caller())
            .setReason(receipt.reason())
            .addAllVersions(receipt.versions().stream().map(VersionId::resource).toList())
            .addAllDeletedVersions(
                receipt.deletedVersions().stream().map(VersionId::resource).toList())
            .setFinished(receipt.finished());
    if (receipt.finished()) {
      encoded.setDeleteTime(ModelCodec.timestamp(receipt.time()));
    }
    receipt.removed().forEach(item -> encoded.addRemoved(encode(item)));
    return encoded.build();
  }

  private static dev.millrace.v1.RemovedItem encode(RemovedItem item) {
    return dev.millrace.v1.RemovedItem.newBuilder()
        .setPlace(item.place())
        .setName(item.name())
        .setSizeBytes(item.bytes())
        .setSha256(item.sha256())
        .build();
  }
}
