package dev.millrace.server.gateway.v1;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.RequestHeaders;
import dev.millrace.v1.GetUsageResponse;
import dev.millrace.v1.Usage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class UsageCsvTest {
  private static final String CALL = "millrace.v1.UsageService/GetUsage";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "text/csv|true",
        "text/csv; charset=utf-8|true",
        "text/csv, application/json|true",
        "application/json, text/csv|false",
        "application/json|false",
        "text/*|false",
        "*/*|false"
      })
  void isWanted_whatTheClientTakesFirst_decides(String accept, boolean wanted) {
    RequestHeaders headers =
        RequestHeaders.builder(HttpMethod.GET, "/").set("accept", accept).build();
    assertThat(UsageCsv.isWanted(CALL, headers)).isEqualTo(wanted);
    assertThat(UsageCsv.isWanted("millrace.v1.ModelService/ListModels", headers)).isFalse();
  }

  @Test
  void isWanted_nothingSaid_isNot() {
    assertThat(UsageCsv.isWanted(CALL, RequestHeaders.of(HttpMethod.GET, "/"))).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "alice|alice",
        "=1+1|'=1+1",
        "+x|'+x",
        "-x|'-x",
        "@x|'@x",
        "a,b|\"a,b\"",
        "a\"b|\"a\"\"b\"",
        "a=b|a=b"
      })
  void table_namesOfCallers_areNoFormulas(String caller, String cell) {
    assertThat(
            UsageCsv.table(
                GetUsageResponse.newBuilder()
                    .addUsage(Usage.newBuilder().setCaller(caller).setCost(0.25))
                    .build()))
        .endsWith("\r\n," + cell + ",,0,0,0,0,0,0.000000000,0.000000000,0.000000000,0.25,\r\n");
  }
}
