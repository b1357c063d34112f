package dev.dpros.ros2.discovery;

/** The {@code key=value;} pairs that ROS 2 puts into user data: enclave, type hash, ids of clients and services. Stateless. */
public final class UserData {
    private UserData() {}

    /** The value of a key, blanks around it taken off; null if it is not there. */
    public static String value(String userData, String key) {
        for (String pair : userData.split(";")) {
            int equals = pair.indexOf('=');
            if (equals > 0 && pair.substring(0, equals).strip().equals(key)) {
                return pair.substring(equals + 1).strip();
            }
        }
        return null;
    }
}
