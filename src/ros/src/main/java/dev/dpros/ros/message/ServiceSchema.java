package dev.dpros.ros.message;

/**
 * A ROS 1 service type. Immutable.
 *
 * @param type {@code package/Name}
 * @param request schema of the request, type {@code package/NameRequest}
 * @param response schema of the response, type {@code package/NameResponse}
 * @param md5 as {@code rossrv md5} prints it
 */
public record ServiceSchema(String type, MessageSchema request, MessageSchema response, String md5) {
    /** Combines the two halves; the sum is over both texts (gentools.py). */
    static ServiceSchema of(String type, MessageSchema request, MessageSchema response) {
        return new ServiceSchema(type, request, response, Md5.of(
                Md5.text(request.fields(), request.constants()), Md5.text(response.fields(), response.constants())));
    }
}
