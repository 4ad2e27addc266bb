package dev.millrace.server.gateway.console;

import com.linecorp.armeria.common.MediaType;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The console's files, read from the class path once. What is not in here is not sent, so a request
 * never names a file: there is no path to climb out of.
 */
final class ConsoleFiles {
  private static final String FOLDER = "/console/";
  private static final String INDEX = "index.html";
  private static final String WEBJAR = "/META-INF/maven/org.webjars.npm/uplot/pom.properties";
  private static final List<String> CHARTS = List.of("uPlot.esm.js", "uPlot.min.css");

  private ConsoleFiles() {}

  /**
   * All files by the path that they are sent at.
   *
   * @throws IOException if a part of the console is missing in this build
   */
  static Map<String, ConsoleFile> read() throws IOException {
    Map<String, ConsoleFile> files = new TreeMap<>();
    addOwn(files);
    String charts = "/META-INF/resources/webjars/uplot/" + chartsVersion() + "/dist/";
    for (String name : CHARTS) {
      try (InputStream stream = open(charts + name)) {
        add(files, FOLDER + "vendor/uplot/" + name, stream.readAllBytes());
      }
    }
    ConsoleFile index = files.remove(FOLDER + INDEX);
    ConsoleFile icon = files.get(FOLDER + "icon.svg");
    if (index == null || icon == null) {
      throw new FileNotFoundException("this build has no console");
    }
    files.put("/", index);
    files.put("/favicon.ico", icon);
    return Map.copyOf(files);
  }

  private static void addOwn(Map<String, ConsoleFile> files) throws IOException {
    URL index = locationOf(FOLDER + INDEX);
    if (index.openConnection() instanceof JarURLConnection inJar) {
      // By its path, for a file system made of a URI is shared by the whole process.
      try (FileSystem jar = FileSystems.newFileSystem(pathOf(inJar.getJarFileURL()))) {
        addFolder(files, jar.getPath(FOLDER));
      }
    } else {
      addFolder(files, pathOf(index).resolveSibling(""));
    }
  }

  private static void addFolder(Map<String, ConsoleFile> files, Path folder) throws IOException {
    List<Path> found;
    try (Stream<Path> all = Files.walk(folder)) {
      found = all.filter(Files::isRegularFile).toList();
    }
    for (Path file : found) {
      String name = folder.relativize(file).toString().replace('\\', '/');
      add(files, FOLDER + name, Files.readAllBytes(file));
    }
  }

  private static void add(Map<String, ConsoleFile> files, String path, byte[] bytes) {
    Optional<MediaType> type = ConsoleFile.typeOf(path);
    type.ifPresent(known -> files.put(path, ConsoleFile.of(known, bytes)));
  }

  private static String chartsVersion() throws IOException {
    Properties properties = new Properties();
    try (InputStream stream = open(WEBJAR)) {
      properties.load(stream);
    }
    return properties.getProperty("version", "");
  }

  private static InputStream open(String resource) throws IOException {
    InputStream stream = ConsoleFiles.class.getResourceAsStream(resource);
    if (stream == null) {
      throw new FileNotFoundException("this build has no console");
    }
    return stream;
  }

  private static URL locationOf(String resource) throws IOException {
    URL url = ConsoleFiles.class.getResource(resource);
    if (url == null) {
      throw new FileNotFoundException("this build has no console");
    }
    return url;
  }

  private static Path pathOf(URL file) throws IOException {
    try {
      return Path.of(file.toURI());
    } catch (URISyntaxException e) {
      throw new IOException("the console cannot be found", e);
    }
  }
}
