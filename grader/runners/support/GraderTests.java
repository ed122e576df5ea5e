import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs test classes and writes each test's outcome into a file: its name first, then classes. */
class GraderTests {
    public static void main(String[] given) throws IOException {
        PrintStream report = new PrintStream(Files.newOutputStream(Paths.get(given[0])), true, "UTF-8");
        List<DiscoverySelector> chosen = new ArrayList<>();
        for (int place = 1; place < given.length; place++) {
            chosen.add(DiscoverySelectors.selectClass(given[place]));
        }
        LauncherDiscoveryRequest request =
                LauncherDiscoveryRequestBuilder.request().selectors(chosen).build();
        Launcher launcher = LauncherFactory.create();
        launcher.execute(request, new TestExecutionListener() {
            @Override
            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                boolean passed = result.getStatus() == TestExecutionResult.Status.SUCCESSFUL;
                MethodSource source = (MethodSource) test.getSource()
                        .filter(each -> each instanceof MethodSource).orElse(null);
                if (source == null) {
                    return;
                }
                String type = source.getClassName().substring(source.getClassName().lastIndexOf('.') + 1);
                report.println((passed ? "ok " : "failed ") + type + "." + source.getMethodName());
            }
        });
        System.exit(0);
    }
}
