package dev.millrace.server.catalog;

import static dev.millrace.server.model.VersionState.AVAILABLE;
import static dev.millrace.server.model.VersionState.DRAINING;
import static dev.millrace.server.model.VersionState.FAILED;
import static dev.millrace.server.model.VersionState.LOADING;
import static dev.millrace.server.model.VersionState.PENDING;
import static dev.millrace.server.model.VersionState.WARMING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.model.VersionState;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class AvailabilityPolicyTest {
  @Test
  void next_severalPending_loadsTheNewest() {
    assertNext(
        new CatalogAction.Load(3), wanted(1, PENDING), wanted(3, PENDING), wanted(2, PENDING));
  }

  @Test
  void next_oneIsLoading_loadsNoOther() {
    assertNothing(wanted(1, PENDING), wanted(2, LOADING));
    assertNothing(wanted(1, PENDING), wanted(2, WARMING));
  }

  @Test
  void next_unwantedWhileWantedIsLoading_keepsTheUnwanted() {
    assertNothing(unwanted(1, AVAILABLE), wanted(2, LOADING));
  }

  @Test
  void next_unwantedWhileWantedIsAvailable_unloadsTheUnwanted() {
    assertNext(new CatalogAction.Unload(1), unwanted(1, AVAILABLE), wanted(2, AVAILABLE));
  }

  @Test
  void next_wantedHasFailed_unloadsTheUnwantedSinceNothingIsComing() {
    assertNext(new CatalogAction.Unload(1), unwanted(1, AVAILABLE), wanted(2, FAILED));
  }

  @Test
  void next_nothingIsWanted_unloadsAll() {
    assertNext(new CatalogAction.Unload(1), unwanted(1, AVAILABLE));
  }

  @Test
  void next_unwantedThatTakesNoMemory_isDropped() {
    assertNext(new CatalogAction.Drop(1), unwanted(1, FAILED), wanted(2, PENDING));
    assertNext(new CatalogAction.Drop(1), unwanted(1, PENDING), wanted(2, AVAILABLE));
  }

  @Test
  void next_allAsItShouldBe_doesNothing() {
    assertNothing();
    assertNothing(
        wanted(1, AVAILABLE), wanted(2, AVAILABLE), wanted(3, FAILED), unwanted(4, DRAINING));
  }

  private static void assertNext(CatalogAction action, SlotSnapshot... slots) {
    assertThat(AvailabilityPolicy.next(List.of(slots))).contains(action);
  }

  private static void assertNothing(SlotSnapshot... slots) {
    assertThat(AvailabilityPolicy.next(List.of(slots))).isEqualTo(Optional.empty());
  }

  private static SlotSnapshot wanted(long number, VersionState state) {
    return new SlotSnapshot(number, state, true);
  }

  private static SlotSnapshot unwanted(long number, VersionState state) {
    return new SlotSnapshot(number, state, false);
  }
}
