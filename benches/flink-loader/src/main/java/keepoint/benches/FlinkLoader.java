package keepoint.benches;

import com.sun.management.OperatingSystemMXBean;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What {@code benches/run} starts to measure Flink's own loader.
 *
 * <pre>
 * decode FILE WARM-UP ROUNDS  loads from memory; prints nanoseconds of each round: wall clock, processor
 * count FILE                  loads once; prints how many operators there are
 * </pre>
 */
public final class FlinkLoader {

    private FlinkLoader() {}

    public static void main(String[] args) throws Exception {
        if (args.length == 4 && args[0].equals("decode")) {
            decodeInRounds(Path.of(args[1]), Integer.parseInt(args[2]), Integer.parseInt(args[3]));
        } else if (args.length == 2 && args[0].equals("count")) {
            Path file = Path.of(args[1]);
            System.out.println(load(Files.readAllBytes(file), file.toString()).getOperatorStates().size());
        } else {
            System.err.println("usage: decode FILE WARM-UP ROUNDS | count FILE");
            System.exit(2);
        }
    }

    /** The garbage of a round is collected before the next one starts its clock. */
    private static void decodeInRounds(Path file, int warmUp, int rounds) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        OperatingSystemMXBean process =
                (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        for (int round = 0; round < warmUp + rounds; round++) {
            System.gc();
            long processor = process.getProcessCpuTime();
            long start = System.nanoTime();
            CheckpointMetadata metadata = load(bytes, file.toString());
            long wall = System.nanoTime() - start;
            processor = process.getProcessCpuTime() - processor;
            checkUsable(metadata);
            if (round >= warmUp) {
                System.out.println(wall + " " + processor);
            }
        }
    }

    private static CheckpointMetadata load(byte[] bytes, String pointer) throws IOException {
        DataInputStream in = new DataInputStream(new Bytes(bytes));
        return Checkpoints.loadCheckpointMetadata(in, FlinkLoader.class.getClassLoader(), pointer);
    }

    private static void checkUsable(CheckpointMetadata metadata) {
        if (metadata.getOperatorStates().stream().mapToLong(OperatorState::getStateSize).sum() <= 0) {
            throw new IllegalStateException("no state");
        }
    }

    /** {@link java.io.ByteArrayInputStream} without its locks, so that they cannot be what is measured. */
    private static final class Bytes extends InputStream {

        private final byte[] bytes;
        private int position;

        Bytes(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public int read() {
            return position < bytes.length ? bytes[position++] & 0xFF : -1;
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            if (length == 0) {
                return 0;
            }
            int count = Math.min(length, bytes.length - position);
            if (count <= 0) {
                return -1;
            }
            System.arraycopy(bytes, position, target, offset, count);
            position += count;
            return count;
        }

        @Override
        public int available() {
            return bytes.length - position;
        }
    }
}
