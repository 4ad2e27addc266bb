package dev.millrace.server.privacy;

import dev.millrace.server.audit.AuditEntry;
import dev.millrace.server.audit.AuditTrail;
import dev.millrace.server.audit.Decision;
import dev.millrace.server.dataset.DatasetTrash;
import dev.millrace.server.dataset.Datasets;
import dev.millrace.server.dataset.Declaration;
import dev.millrace.server.dataset.Declarations;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.FieldViolation;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.VersionId;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes datasets with every copy of their examples, one at a time, in steps that may each be
 * repeated:
 *
 * <ol>
 *   <li>a receipt that is not finished is kept: from here on a stop of the server breaks nothing
 *       off for good, since the next start goes on;
 *   <li>the dataset's folder goes out of sight by one rename, so that no new job can read it;
 *   <li>every other place removes what it has: jobs under way, kept examples of evaluations;
 *   <li>versions that were trained on it are deleted, if asked for, or named;
 *   <li>its files are deleted, and the receipt is finished and written to the audit log.
 * </ol>
 *
 * Thread-safe. Takes seconds when jobs must end first.
 */
public final class DatasetDeletions {
  private static final Logger log = LoggerFactory.getLogger(DatasetDeletions.class);
  private static final int LONGEST_REASON = 1000;
  private static final String PLACE = "datasets";

  private final Datasets datasets;
  private final Declarations declarations;
  private final DatasetTrash trash;
  private final List<DataPlace> places;
  private final TrainedVersions versions;
  private final ReceiptStore receipts;
  private final AuditTrail audit;
  private final Supplier<String> ids;
  private final InstantSource clock;

  /**
   * What is needed for it.
   *
   * @param datasets the datasets
   * @param declarations what is declared of them
   * @param trash where their folders go
   */
  public record Files(Datasets datasets, Declarations declarations, DatasetTrash trash) {}

  /**
   * Deletions.
   *
   * @param places where parts of a dataset may lie, besides its folder
   * @param ids names that have not been given out before
   */
  public DatasetDeletions(
      Files files,
      List<DataPlace> places,
      TrainedVersions versions,
      ReceiptStore receipts,
      AuditTrail audit,
      Supplier<String> ids,
      InstantSource clock) {
    this.datasets = files.datasets();
    this.declarations = files.declarations();
    this.trash = files.trash();
    this.places = List.copyOf(places);
    this.versions = versions;
    this.receipts = receipts;
    this.audit = audit;
    this.ids = ids;
    this.clock = clock;
  }

  /**
   * Deletes a dataset.
   *
   * @param withVersions true to delete the versions too that were trained on it
   * @throws ServingException DATASET_NOT_FOUND, NAME_INVALID, PARAMETER_INVALID, DATASET_INVALID,
   *     DATASETS_UNWRITABLE or AUDIT_UNWRITABLE
   */
  public synchronized Receipt delete(
      String dataset, boolean withVersions, String caller, String reason) {
    if (reason.length() > LONGEST_REASON) {
      throw ServingException.ofViolations(
          List.of(
              FieldViolation.tooLong(
                  "reason", ErrorReason.PARAMETER_INVALID, LONGEST_REASON, reason.length())));
    }
    trash.requireDeletable(dataset);
    Declaration declared = declarations.of(dataset);
    Receipt receipt =
        new Receipt(
            ids.get(),
            dataset,
            declared.digest().isEmpty() ? digest(dataset) : declared.digest(),
            declared.owner(),
            declared.purpose(),
            caller,
            reason,
            withVersions,
            clock.instant(),
            List.of(),
            List.of(),
            List.of(),
            false);
    receipts.write(receipt);
    return carryOut(receipt);
  }

  /** Goes on with what a stop of the server broke off. */
  public synchronized void finish() {
    for (Receipt receipt : receipts.all()) {
      if (!receipt.finished()) {
        try {
          carryOut(receipt);
        } catch (ServingException unwritable) {
          log.error("the deletion of dataset {} cannot be finished", receipt.dataset(), unwritable);
        }
      }
    }
  }

  /** Deletes the datasets whose time is over. */
  public void deleteExpired() {
    Instant now = clock.instant();
    for (String name : datasets.names()) {
      Declaration declared = declarations.of(name);
      if (declared.isExpired(now)) {
        try {
          delete(name, false, AuditEntry.SERVER, "its time was over");
        } catch (ServingException stuck) {
          log.error("dataset {} has expired, and cannot be deleted", name, stuck);
        }
      }
    }
  }

  /** All receipts, newest first. */
  public List<Receipt> all() {
    return receipts.all();
  }

  /**
   * When a dataset was deleted for good.
   *
   * @param digest of its content; empty for one that is not known
   */
  public Optional<Instant> deleted(String digest) {
    return digest.isEmpty()
        ? Optional.empty()
        : receipts.all().stream()
            .filter(receipt -> receipt.finished() && receipt.digest().equals(digest))
            .map(Receipt::time)
            .findFirst();
  }

  private Receipt carryOut(Receipt begun) {
    Receipt receipt = begun;
    trash.take(receipt.dataset(), receipt.id());
    for (DataPlace place : places) {
      receipt = receipt.with(place.remove(receipt.dataset(), receipt.digest()));
      // What is gone once is not found again by a second try.
      receipts.write(receipt);
    }
    receipt = withVersions(receipt);
    receipts.write(receipt);
    receipt = receipt.with(files(receipt.id()));
    try {
      declarations.delete(receipt.dataset());
    } catch (IOException left) {
      log.warn("what was declared of dataset {} could not be deleted", receipt.dataset(), left);
    }
    receipt = receipt.finishedAt(clock.instant());
    receipts.write(receipt);
    tell(receipt);
    return receipt;
  }

  private List<RemovedItem> files(String id) {
    return trash.empty(id).stream()
        .map(file -> new RemovedItem(PLACE, file.name(), file.bytes(), file.sha256()))
        .toList();
  }

  private Receipt withVersions(Receipt receipt) {
    List<VersionId> left = new ArrayList<>();
    List<VersionId> deleted = new ArrayList<>();
    for (VersionId id : versions.of(receipt.dataset(), receipt.digest())) {
      if (receipt.withVersions() && delete(id, receipt)) {
        deleted.add(id);
      } else {
        left.add(id);
      }
    }
    return receipt.with(left, deleted);
  }

  private boolean delete(VersionId id, Receipt receipt) {
    try {
      versions.delete(
          id, receipt.caller(), "it was trained on dataset '" + receipt.dataset() + "'");
      return true;
    } catch (ServingException held) {
      log.info("{} was trained on a dataset that is deleted, and stays: it is held", id, held);
      return false;
    }
  }

  private void tell(Receipt receipt) {
    Map<String, String> details = new TreeMap<>();
    details.put("receipt", receipt.id());
    details.put("digest", receipt.digest());
    details.put("items", Integer.toString(receipt.removed().size()));
    details.put("bytes", Long.toString(receipt.bytes()));
    details.put("versions_left", words(receipt.versions()));
    details.put("versions_deleted", words(receipt.deletedVersions()));
    AuditEntry entry =
        new AuditEntry(
            receipt.caller(),
            "",
            "millrace/DatasetDeleted",
            "datasets/" + receipt.dataset(),
            Decision.ALLOWED,
            "",
            new TreeMap<>(details));
    try {
      audit.append(entry);
    } catch (ServingException unwritable) {
      // It is gone whatever the log says, and the receipt is kept.
      log.error("the audit log does not take receipt {}", receipt.id(), unwritable);
    }
  }

  private static String words(List<VersionId> ids) {
    return String.join(" ", ids.stream().map(VersionId::resource).toList());
  }

  private String digest(String dataset) {
    try {
      return datasets.read(dataset).digest();
    } catch (ServingException unreadable) {
      log.info("dataset {} is deleted, and cannot be read", dataset, unreadable);
      return "";
    }
  }
}
