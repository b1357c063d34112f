package dev.dpros.ros.master;

import java.util.List;

/**
 * The triple that every master method returns.
 *
 * @param code 1 success, 0 failure, -1 error of the caller
 * @param message what tools show
 * @param value the method's value; for errors its documented placeholder
 */
record ApiAnswer(int code, String message, Object value) {
    static ApiAnswer success(String message, Object value) {
        return new ApiAnswer(1, message, value);
    }

    static ApiAnswer failure(String message, Object value) {
        return new ApiAnswer(0, message, value);
    }

    static ApiAnswer error(String message, Object value) {
        return new ApiAnswer(-1, message, value);
    }

    List<Object> asList() {
        return List.of(code, message, value);
    }
}
