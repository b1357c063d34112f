package dev.dpros.sim;

/**
 * A circle (one vertex), a thick segment (two) or a convex polygon on a body, with its world vertices, edge normals and
 * bounding box as of the last {@link #update}. Vertex order and the vertex that starts the hull matter to contact
 * identity; they are those of Chipmunk's hull. Not thread-safe; allocates nothing after construction.
 */
final class ConvexShape {
    /** Number in order of insertion; part of a contact's identity. */
    final int id;
    final RigidBody body;
    final double radius;
    /** World vertices. */
    final double[] x;
    final double[] y;
    /** World normal of the edge that ends at the vertex (of the segment, in element 0). */
    final double[] normalX;
    final double[] normalY;
    double left;
    double top;
    double right;
    double bottom;

    private final double[] localX;
    private final double[] localY;
    private final double[] localNormalX;
    private final double[] localNormalY;

    ConvexShape(int id, RigidBody body, double radius, double[] localX, double[] localY) {
        this.id = id;
        this.body = body;
        this.radius = radius;
        this.localX = localX.clone();
        this.localY = localY.clone();
        int count = localX.length;
        x = new double[count];
        y = new double[count];
        normalX = new double[count];
        normalY = new double[count];
        localNormalX = new double[count];
        localNormalY = new double[count];
        computeNormals();
        update();
    }

    int vertices() {
        return x.length;
    }

    boolean isCircle() {
        return x.length == 1;
    }

    boolean isSegment() {
        return x.length == 2;
    }

    boolean isPolygon() {
        return x.length > 2;
    }

    /** Brings vertices, normals and box to the body's pose. */
    void update() {
        double cos = body.cos;
        double sin = body.sin;
        double l = Double.POSITIVE_INFINITY;
        double t = Double.POSITIVE_INFINITY;
        double r = Double.NEGATIVE_INFINITY;
        double b = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < x.length; i++) {
            double px = cos * localX[i] - sin * localY[i] + body.originX;
            double py = sin * localX[i] + cos * localY[i] + body.originY;
            x[i] = px;
            y[i] = py;
            normalX[i] = cos * localNormalX[i] - sin * localNormalY[i];
            normalY[i] = sin * localNormalX[i] + cos * localNormalY[i];
            l = Math.min(l, px);
            r = Math.max(r, px);
            t = Math.min(t, py);
            b = Math.max(b, py);
        }
        left = l - radius;
        right = r + radius;
        top = t - radius;
        bottom = b + radius;
    }

    /** Whether the bounding boxes touch or overlap. */
    boolean boxTouches(ConvexShape other) {
        return left <= other.right && other.left <= right && top <= other.bottom && other.top <= bottom;
    }

    /** The vertex farthest along a direction; ties as Chipmunk resolves them. */
    int support(double dx, double dy) {
        if (isSegment()) {
            return x[0] * dx + y[0] * dy > x[1] * dx + y[1] * dy ? 0 : 1;
        }
        int index = 0;
        double max = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < x.length; i++) {
            double along = x[i] * dx + y[i] * dy;
            if (along > max) {
                max = along;
                index = i;
            }
        }
        return index;
    }

    private void computeNormals() {
        int count = localX.length;
        if (isSegment()) {
            setNormal(0, localX[1] - localX[0], localY[1] - localY[0]);
        } else if (isPolygon()) {
            for (int i = 0; i < count; i++) {
                int before = (i - 1 + count) % count;
                setNormal(i, localX[i] - localX[before], localY[i] - localY[before]);
            }
        }
    }

    private void setNormal(int i, double dx, double dy) {
        double scale = 1 / (Math.sqrt(dx * dx + dy * dy) + Double.MIN_NORMAL);
        localNormalX[i] = dy * scale;
        localNormalY[i] = -dx * scale;
    }
}
