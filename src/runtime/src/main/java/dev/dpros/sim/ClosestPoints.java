package dev.dpros.sim;

/**
 * Narrow phase: closest points and least separating axis of two convex shapes, by GJK and, where they overlap, EPA, on
 * their Minkowski difference. A point of the difference is named by a vertex of each shape ({@code i << 8 | j}).
 *
 * <p>Follows {@code cpCollision.c} of Chipmunk 7.0.3 (MIT, see NOTICE) so that ties and degenerate poses come out the
 * same. Results are in the public fields; allocates nothing after construction; not thread-safe.
 */
final class ClosestPoints {
    private static final int LARGEST_ITERATION = 30;
    private static final int LARGEST_HULL = LARGEST_ITERATION + 4;

    /** Point on the first shape's core (radius excluded). */
    double ax;
    double ay;
    /** Point on the second shape's core. */
    double bx;
    double by;
    /** Axis, from the first to the second. */
    double normalX;
    double normalY;
    /** Signed distance of the cores. */
    double distance;
    /** Where the search ended, to start from next time. */
    int feature;

    private ConvexShape first;
    private ConvexShape second;
    private int[] hull = new int[LARGEST_HULL];
    private int[] nextHull = new int[LARGEST_HULL];

    /** Computes the fields for two shapes, starting where {@code startFeature} says (0: unknown). */
    void compute(ConvexShape one, ConvexShape two, int startFeature) {
        first = one;
        second = two;
        int v0;
        int v1;
        if (startFeature != 0) {
            v0 = startFeature >>> 16 & 0xFFFF;
            v1 = startFeature & 0xFFFF;
        } else {
            double axisX = -(center(one.top, one.bottom) - center(two.top, two.bottom));
            double axisY = center(one.left, one.right) - center(two.left, two.right);
            v0 = support(axisX, axisY);
            v1 = support(-axisX, -axisY);
        }
        search(v0, v1);
    }

    private static double center(double low, double high) {
        return low * 0.5 + high * 0.5;
    }

    private void search(int start0, int start1) {
        int v0 = start0;
        int v1 = start1;
        for (int iteration = 1; iteration <= LARGEST_ITERATION; iteration++) {
            if (isLeftOfOrigin(v1, v0)) {
                int swapped = v0;
                v0 = v1;
                v1 = swapped;
            }
            double t = closestT(v0, v1);
            boolean inside = -1 < t && t < 1;
            double nx = inside ? -(dy(v1) - dy(v0)) : -lerp(dx(v0), dx(v1), t);
            double ny = inside ? dx(v1) - dx(v0) : -lerp(dy(v0), dy(v1), t);
            int p = support(nx, ny);
            if (isLeftOfOrigin(p, v0) && isLeftOfOrigin(v1, p)) {
                expand(v0, p, v1);
                return;
            }
            if (along(p, nx, ny) <= Math.max(along(v0, nx, ny), along(v1, nx, ny))) {
                break;
            }
            if (closestDistance(v0, p) < closestDistance(p, v1)) {
                v1 = p;
            } else {
                v0 = p;
            }
        }
        finish(v0, v1);
    }

    /** The origin is inside the triangle: expands it to the hull edge that is nearest to the origin. */
    private void expand(int v0, int v1, int v2) {
        hull[0] = v0;
        hull[1] = v1;
        hull[2] = v2;
        int count = 3;
        for (int iteration = 1; ; iteration++) {
            int nearest = nearestEdge(count);
            int a = hull[nearest];
            int b = hull[(nearest + 1) % count];
            int p = support(-(dy(b) - dy(a)), dx(b) - dx(a));
            boolean duplicate = p == a || p == b;
            if (duplicate || !isLeft(a, b, p) || iteration >= LARGEST_ITERATION) {
                finish(a, b);
                return;
            }
            count = insertIntoHull(p, nearest, count);
        }
    }

    private int nearestEdge(int count) {
        int nearest = 0;
        double least = Double.POSITIVE_INFINITY;
        int i = count - 1;
        for (int j = 0; j < count; j++) {
            double d = closestDistance(hull[i], hull[j]);
            if (d < least) {
                least = d;
                nearest = i;
            }
            i = j;
        }
        return nearest;
    }

    private int insertIntoHull(int p, int nearest, int count) {
        nextHull[0] = p;
        int nextCount = 1;
        for (int i = 0; i < count; i++) {
            int index = (nearest + 1 + i) % count;
            int after = i + 1 < count ? hull[(index + 1) % count] : p;
            if (isLeft(nextHull[nextCount - 1], after, hull[index])) {
                nextHull[nextCount++] = hull[index];
            }
        }
        int[] swapped = hull;
        hull = nextHull;
        nextHull = swapped;
        return nextCount;
    }

    private void finish(int v0, int v1) {
        double t = closestT(v0, v1);
        double px = lerp(dx(v0), dx(v1), t);
        double py = lerp(dy(v0), dy(v1), t);
        ax = lerp(first.x[v0 >>> 8], first.x[v1 >>> 8], t);
        ay = lerp(first.y[v0 >>> 8], first.y[v1 >>> 8], t);
        bx = lerp(second.x[v0 & 0xFF], second.x[v1 & 0xFF], t);
        by = lerp(second.y[v0 & 0xFF], second.y[v1 & 0xFF], t);
        feature = v0 << 16 | v1;
        double deltaX = dx(v1) - dx(v0);
        double deltaY = dy(v1) - dy(v0);
        double scale = 1 / (Math.sqrt(deltaX * deltaX + deltaY * deltaY) + Double.MIN_NORMAL);
        double nx = deltaY * scale;
        double ny = -deltaX * scale;
        double d = nx * px + ny * py;
        if (!(d <= 0 || -1 < t && t < 1)) {
            // vertex against vertex: no edge of the difference carries the axis
            d = Math.sqrt(px * px + py * py);
            double inverse = 1 / (d + Double.MIN_NORMAL);
            nx = px * inverse;
            ny = py * inverse;
        }
        normalX = nx;
        normalY = ny;
        distance = d;
    }

    private int support(double nx, double ny) {
        return first.support(-nx, -ny) << 8 | second.support(nx, ny);
    }

    private double dx(int v) {
        return second.x[v & 0xFF] - first.x[v >>> 8];
    }

    private double dy(int v) {
        return second.y[v & 0xFF] - first.y[v >>> 8];
    }

    private double along(int v, double nx, double ny) {
        return dx(v) * nx + dy(v) * ny;
    }

    /** Parameter in [-1, 1] of the point nearest to the origin on the edge; 0 is the middle. */
    private double closestT(int v0, int v1) {
        double x0 = dx(v0);
        double y0 = dy(v0);
        double x1 = dx(v1);
        double y1 = dy(v1);
        double deltaX = x1 - x0;
        double deltaY = y1 - y0;
        double t = (deltaX * (x0 + x1) + deltaY * (y0 + y1)) / (deltaX * deltaX + deltaY * deltaY + Double.MIN_NORMAL);
        return -Math.min(Math.max(t, -1), 1);
    }

    private static double lerp(double a, double b, double t) {
        double half = 0.5 * t;
        return a * (0.5 - half) + b * (0.5 + half);
    }

    private double closestDistance(int v0, int v1) {
        double t = closestT(v0, v1);
        double x = lerp(dx(v0), dx(v1), t);
        double y = lerp(dy(v0), dy(v1), t);
        return x * x + y * y;
    }

    private boolean isLeftOfOrigin(int a, int b) {
        return isLeft(dx(a), dy(a), dx(b), dy(b), 0, 0);
    }

    private boolean isLeft(int a, int b, int c) {
        return isLeft(dx(a), dy(a), dx(b), dy(b), dx(c), dy(c));
    }

    private static boolean isLeft(double ax, double ay, double bx, double by, double cx, double cy) {
        return (by - ay) * (ax + bx - 2 * cx) > (bx - ax) * (ay + by - 2 * cy);
    }
}
