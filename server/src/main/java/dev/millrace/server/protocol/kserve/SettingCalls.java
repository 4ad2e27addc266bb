package dev.millrace.server.protocol.kserve;

import dev.millrace.proto.inference.LogSettingsRequest;
import dev.millrace.proto.inference.LogSettingsResponse;
import dev.millrace.proto.inference.TraceSettingRequest;
import dev.millrace.proto.inference.TraceSettingResponse;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import java.util.List;
import java.util.Map;

/** Settings of trace and log as they are; they cannot be changed from outside. Stateless. */
final class SettingCalls {
  private SettingCalls() {}

  static TraceSettingResponse trace(TraceSettingRequest request) {
    refuseChange("trace", request.getSettingsCount());
    TraceSettingResponse.Builder response = TraceSettingResponse.newBuilder();
    Map.of(
            "trace_level", "OFF",
            "trace_rate", "1000",
            "trace_count", "-1",
            "log_frequency", "0",
            "trace_file", "",
            "trace_mode", "triton")
        .forEach(
            (key, value) ->
                response.putSettings(
                    key,
                    TraceSettingResponse.SettingValue.newBuilder()
                        .addAllValue(List.of(value))
                        .build()));
    return response.build();
  }

  static LogSettingsResponse log(LogSettingsRequest request) {
    refuseChange("log", request.getSettingsCount());
    LogSettingsResponse.Builder response = LogSettingsResponse.newBuilder();
    for (String level : new String[] {"log_info", "log_warning", "log_error"}) {
      response.putSettings(
          level, LogSettingsResponse.SettingValue.newBuilder().setBoolParam(true).build());
    }
    response.putSettings(
        "log_verbose_level",
        LogSettingsResponse.SettingValue.newBuilder().setUint32Param(0).build());
    response.putSettings(
        "log_format",
        LogSettingsResponse.SettingValue.newBuilder().setStringParam("default").build());
    response.putSettings(
        "log_file", LogSettingsResponse.SettingValue.newBuilder().setStringParam("").build());
    return response.build();
  }

  private static void refuseChange(String what, int settings) {
    if (settings > 0) {
      throw new ServingException(
          ErrorReason.UNSUPPORTED,
          what + " settings cannot be changed by a call; set the server's own options");
    }
  }
}
