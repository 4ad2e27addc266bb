package dev.millrace.server.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KnownDatasetsTest {
  @TempDir private Path folder;

  @Test
  void facts_ofFilesThatStayAsTheyAre_areKeptAndOfOthersReadAgain() throws IOException {
    Path table = Files.createDirectories(folder.resolve("words")).resolve("words.csv");
    Files.writeString(table, table(20));
    KnownDatasets known = new KnownDatasets(new Datasets(folder));

    assertThat(known.find("words")).isEmpty();
    DatasetFacts facts = known.read("words");
    assertThat(facts.train() + facts.validation() + facts.test()).isEqualTo(20);
    assertThat(facts.labels()).containsExactly("even", "odd");
    assertThat(known.find("words")).containsSame(facts);
    assertThat(known.read("words")).isSameAs(facts);

    Files.writeString(table, table(30));
    assertThat(known.find("words")).isEmpty();
    DatasetFacts changed = known.read("words");
    assertThat(changed.train() + changed.validation() + changed.test()).isEqualTo(30);
    assertThat(changed.digest()).isNotEqualTo(facts.digest());

    Files.delete(table);
    Files.delete(folder.resolve("words"));
    ServingException gone = catchThrowableOfType(ServingException.class, () -> known.find("words"));
    assertThat(gone.reason()).isEqualTo(ErrorReason.DATASET_NOT_FOUND);
  }

  private static String table(int rows) {
    StringBuilder table = new StringBuilder("text,label\n");
    for (int i = 0; i < rows; i++) {
      table.append("number ").append(i).append(i % 2 == 0 ? ",even\n" : ",odd\n");
    }
    return table.toString();
  }
}
