package dev.millrace.client.cli;

import dev.millrace.client.DatasetReceipt;
import java.util.Map;

/** Receipts, as text and as JSON. */
final class ReceiptWords {
  private ReceiptWords() {}

  static void print(ClientCommand command, DatasetReceipt receipt) {
    if (command.isJson()) {
      command.out().println(json(receipt).line());
      return;
    }
    command
        .out()
        .printf(
            "%s was deleted by %s %s (receipt %s, sha256 %.12s)%n",
            receipt.dataset(),
            receipt.caller(),
            receipt.deleted().map(Object::toString).orElse("and is not gone yet"),
            receipt.id(),
            receipt.digest());
    for (DatasetReceipt.Removed item : receipt.removed()) {
      command
          .out()
          .printf(
              "  removed from %s: %s, %d bytes%s%n",
              item.place(),
              item.name(),
              item.bytes(),
              item.sha256().isEmpty() ? "" : " (sha256 " + item.sha256().substring(0, 12) + ")");
    }
    receipt.deletedVersions().forEach(name -> command.out().printf("  deleted %s%n", name));
    receipt
        .versions()
        .forEach(name -> command.out().printf("  learned from it and is still there: %s%n", name));
  }

  private static Json json(DatasetReceipt receipt) {
    return Json.object()
        .with("id", receipt.id())
        .with("dataset", receipt.dataset())
        .with("digest", receipt.digest())
        .with("owner", receipt.owner())
        .with("purpose", receipt.purpose())
        .with("caller", receipt.caller())
        .with("reason", receipt.reason())
        .with("deleted", receipt.deleted().map(Object::toString).orElse(""))
        .with(
            "removed",
            receipt.removed().stream()
                .map(
                    item ->
                        Map.of(
                            "place", item.place(),
                            "name", item.name(),
                            "bytes", item.bytes(),
                            "sha256", item.sha256()))
                .toList())
        .with("versions", receipt.versions())
        .with("deleted_versions", receipt.deletedVersions());
  }
}
