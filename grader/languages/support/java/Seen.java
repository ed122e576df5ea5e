import java.io.*;
import java.math.*;
import java.util.*;
import java.util.function.*;
import java.util.stream.*;
import org.javatuples.*;

/** What answers look like: the compiler's classes that it needs are put into an archive. */
class Seen {
    interface Shape { double area(); }

    record Square(double side) implements Shape {
        public double area() { return side * side; }
    }

    enum Colour { RED, GREEN }

    public static ArrayList<Long> seen(ArrayList<Long> numbers, String text, float limit) throws IOException {
        Map<String, List<Integer>> groups = new TreeMap<>(Comparator.reverseOrder());
        for (String word : text.split("\\s+")) groups.computeIfAbsent(word, key -> new ArrayList<>()).add(word.length());
        StringBuilder out = new StringBuilder();
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i++);
            switch (c) {
                case 'a': out.append(c); break;
                default: out.append(Character.toUpperCase(c)).append(i % 2 == 0 ? "x" : 'y');
            }
        }
        try (BufferedReader in = new BufferedReader(new StringReader(out.toString()))) {
            String line = in.readLine();
            if (line == null || line.isEmpty()) throw new IllegalStateException("empty: " + line);
        } catch (RuntimeException e) {
            return null;
        }
        int[][] table = {{1, 2}, {3}};
        long sum = Arrays.stream(table).flatMapToInt(Arrays::stream).asLongStream().sum();
        Pair<Long, Long> pair = Pair.with(sum, (long) limit);
        Optional<Long> most = numbers.stream().filter(n -> n > pair.getValue0()).max(Long::compare);
        Function<Long, Long> twice = n -> n * 2;
        List<Long> all = numbers.stream().map(twice).collect(Collectors.toList());
        var big = BigInteger.TWO.pow(10).add(BigInteger.valueOf(most.orElse(0L)));
        all.add(big.longValue());
        assert all.size() > 0 : "none";
        Object shape = new Square(2);
        if (shape instanceof Square square) all.add((long) square.area());
        return new ArrayList<Long>(all);
    }

    public static void main(String[] args) {
        GraderWire.serve((name, given) -> seen((ArrayList<Long>) given[0], (String) given[1], (float) given[2]));
    }
}
