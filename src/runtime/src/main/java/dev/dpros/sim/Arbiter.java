package dev.dpros.sim;

/**
 * The contacts between a pushing shape (agent or wall) and a shape of the block, with the impulses remembered from step
 * to step for warm starting. Follows {@code cpArbiter.c} of Chipmunk 7.0.3 (MIT, see NOTICE) for shapes without friction
 * and elasticity, of which the first belongs to a body of infinite mass. Allocates nothing after construction.
 */
final class Arbiter {
    /** Steps for which a contact that broke keeps its impulse. */
    private static final int PERSISTENCE_STEPS = 3;
    /** Penetration in px that is left uncorrected. */
    private static final double SLOP = 0.1f;
    private static final long HASH = 3344921057L;
    private static final int LARGEST_CONTACT_COUNT = 2;

    private enum State { ABSENT, FRESH, TOUCHING, CACHED }

    /** One point of contact; offsets are from the bodies' centres of gravity. */
    static final class Contact {
        double r1x;
        double r1y;
        double r2x;
        double r2y;
        double impulse;
        private long hash;
        private double biasImpulse;
        private double biasVelocity;
        private double effectiveMass;
    }

    final ConvexShape pusher;
    final ConvexShape block;
    double normalX;
    double normalY;

    private Contact[] contacts = newContacts();
    private Contact[] previous = newContacts();
    private int count;
    private int fresh;
    private State state = State.ABSENT;
    private long lastStep;

    Arbiter(ConvexShape pusher, ConvexShape block) {
        this.pusher = pusher;
        this.block = block;
    }

    int contacts() {
        return count;
    }

    Contact contact(int i) {
        return contacts[i];
    }

    void clear() {
        state = State.ABSENT;
        count = 0;
    }

    /**
     * Finds the contacts of this step and matches them with those of the last.
     *
     * @return whether the shapes touch
     */
    boolean collide(ClosestPoints closest, long step) {
        fresh = 0;
        if (closest.distance <= pusher.radius) {
            if (pusher.isCircle()) {
                push(closest.ax + closest.normalX * pusher.radius, closest.ay + closest.normalY * pusher.radius,
                        closest.bx, closest.by, 0);
            } else {
                clipEdges(closest);
            }
        }
        if (fresh == 0) {
            return false;
        }
        if (state == State.ABSENT) {
            count = 0;
        }
        if (state != State.TOUCHING) {
            state = State.FRESH;
        }
        inheritImpulses();
        normalX = closest.normalX;
        normalY = closest.normalY;
        lastStep = step;
        return true;
    }

    /** Marks what was solved this step as touching, so that the next step is warm-started. */
    void solved() {
        state = State.TOUCHING;
    }

    /** Lets go of contacts that broke. */
    void age(long step) {
        if (state == State.ABSENT || step == lastStep) {
            return;
        }
        state = State.CACHED;
        if (step - lastStep >= PERSISTENCE_STEPS) {
            clear();
        }
    }

    void prepare(double biasCoefficient, double dtS) {
        RigidBody a = pusher.body;
        RigidBody b = block.body;
        for (int i = 0; i < count; i++) {
            Contact c = contacts[i];
            double arm = c.r2x * normalY - c.r2y * normalX;
            c.effectiveMass = 1 / (b.inverseMass + b.inverseInertia * arm * arm);
            double gap = (c.r2x - c.r1x + (b.x - a.x)) * normalX + (c.r2y - c.r1y + (b.y - a.y)) * normalY;
            c.biasVelocity = -biasCoefficient * Math.min(0, gap + SLOP) / dtS;
            c.biasImpulse = 0;
        }
    }

    void warmStart() {
        if (state == State.FRESH) {
            return;
        }
        for (int i = 0; i < count; i++) {
            Contact c = contacts[i];
            block.body.applyImpulse(normalX * c.impulse, normalY * c.impulse, c.r2x, c.r2y);
        }
    }

    void solve() {
        RigidBody a = pusher.body;
        RigidBody b = block.body;
        for (int i = 0; i < count; i++) {
            Contact c = contacts[i];
            double biasNormal = (b.biasVx - c.r2y * b.biasW) * normalX + (b.biasVy + c.r2x * b.biasW) * normalY;
            double normal = (b.vx - c.r2y * b.w - a.vx) * normalX + (b.vy + c.r2x * b.w - a.vy) * normalY;
            double oldBias = c.biasImpulse;
            c.biasImpulse = Math.max(oldBias + (c.biasVelocity - biasNormal) * c.effectiveMass, 0);
            double oldImpulse = c.impulse;
            c.impulse = Math.max(oldImpulse - normal * c.effectiveMass, 0);
            double biasChange = c.biasImpulse - oldBias;
            double change = c.impulse - oldImpulse;
            b.applyBiasImpulse(normalX * biasChange, normalY * biasChange, c.r2x, c.r2y);
            b.applyImpulse(normalX * change, normalY * change, c.r2x, c.r2y);
        }
    }

    private static Contact[] newContacts() {
        Contact[] made = new Contact[LARGEST_CONTACT_COUNT];
        for (int i = 0; i < made.length; i++) {
            made[i] = new Contact();
        }
        return made;
    }

    private void inheritImpulses() {
        for (int i = 0; i < fresh; i++) {
            Contact c = previous[i];
            c.r1x -= pusher.body.x;
            c.r1y -= pusher.body.y;
            c.r2x -= block.body.x;
            c.r2y -= block.body.y;
            c.impulse = 0;
            for (int j = 0; j < count; j++) {
                if (contacts[j].hash == c.hash) {
                    c.impulse = contacts[j].impulse;
                }
            }
        }
        Contact[] swapped = contacts;
        contacts = previous;
        previous = swapped;
        count = fresh;
    }

    private void push(double x1, double y1, double x2, double y2, long hash) {
        Contact c = previous[fresh++];
        c.r1x = x1;
        c.r1y = y1;
        c.r2x = x2;
        c.r2y = y2;
        c.hash = hash;
    }

    /** Segment against polygon: clips the two supporting edges against each other. */
    private void clipEdges(ClosestPoints closest) {
        double nx = closest.normalX;
        double ny = closest.normalY;
        boolean forward = pusher.normalX[0] * nx + pusher.normalY[0] * ny > 0;
        int a1 = forward ? 0 : 1;
        int b1 = 1 - a1;
        int count2 = block.vertices();
        int tip = block.support(-nx, -ny);
        int after = (tip + 1) % count2;
        boolean edgeEndsAtTip = -nx * block.normalX[tip] + -ny * block.normalY[tip]
                > -nx * block.normalX[after] + -ny * block.normalY[after];
        int a2 = edgeEndsAtTip ? (tip - 1 + count2) % count2 : tip;
        int b2 = edgeEndsAtTip ? tip : after;
        double da1 = cross(pusher, a1, nx, ny);
        double db1 = cross(pusher, b1, nx, ny);
        double da2 = cross(block, a2, nx, ny);
        double db2 = cross(block, b2, nx, ny);
        double scale1 = 1 / (db1 - da1 + Double.MIN_NORMAL);
        double scale2 = 1 / (db2 - da2 + Double.MIN_NORMAL);
        pushIfDeep(closest, a1, b1, clamp((db2 - da1) * scale1), a2, b2, clamp((da1 - da2) * scale2),
                pair(feature(pusher, a1), feature(block, b2)));
        pushIfDeep(closest, a1, b1, clamp((da2 - da1) * scale1), a2, b2, clamp((db1 - da2) * scale2),
                pair(feature(pusher, b1), feature(block, a2)));
    }

    private void pushIfDeep(
            ClosestPoints closest, int a1, int b1, double t1, int a2, int b2, double t2, long hash) {
        double nx = closest.normalX;
        double ny = closest.normalY;
        double x1 = nx * pusher.radius + (pusher.x[a1] * (1 - t1) + pusher.x[b1] * t1);
        double y1 = ny * pusher.radius + (pusher.y[a1] * (1 - t1) + pusher.y[b1] * t1);
        double x2 = block.x[a2] * (1 - t2) + block.x[b2] * t2;
        double y2 = block.y[a2] * (1 - t2) + block.y[b2] * t2;
        if ((x2 - x1) * nx + (y2 - y1) * ny <= 0) {
            push(x1, y1, x2, y2, hash);
        }
    }

    private static double cross(ConvexShape shape, int i, double nx, double ny) {
        return shape.x[i] * ny - shape.y[i] * nx;
    }

    private static double clamp(double t) {
        return Math.max(0, Math.min(t, 1));
    }

    private static long feature(ConvexShape shape, int vertex) {
        return pair(shape.id, vertex);
    }

    private static long pair(long a, long b) {
        return a * HASH ^ b * HASH;
    }
}
