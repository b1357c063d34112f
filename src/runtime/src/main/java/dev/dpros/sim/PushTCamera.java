package dev.dpros.sim;

/**
 * The camera of PushT: the 96 x 96 RGB picture of the data set. The scene is drawn as the reference draws it, pymunk's
 * debug drawing on a 512 x 512 canvas (goal, block, agent, walls, marks at points of contact), and reduced by plain
 * bilinear sampling. Only pixels that the reduction reads are drawn.
 *
 * <p>Not thread-safe; rendering allocates nothing.
 */
public final class PushTCamera {
    /** Width and height in px. */
    public static final int SIZE = SampledCanvas.REDUCED;
    /** Bytes of one picture: row-major RGB. */
    public static final int BYTES = 3 * SIZE * SIZE;

    private static final int WHITE = 0xFFFFFF;
    private static final int LIGHT_GREEN = 0x90EE90;
    private static final int SLATE_GRAY = 0x778899;
    private static final int SLATE_GRAY_LIT = 0x8FA3B8;
    private static final int ROYAL_BLUE = 0x4169E1;
    private static final int ROYAL_BLUE_LIT = 0x4E7EFF;
    private static final int LIGHT_GRAY = 0xD3D3D3;
    private static final int CONTACT_RED = 0xE74C3C;
    private static final int[] AGENT = SampledCanvas.circle(15);
    private static final int[] AGENT_INSIDE = SampledCanvas.circle(11);
    private static final int[] CORNER = SampledCanvas.circle(2);
    private static final int OUTLINE_RADIUS = 2;
    private static final double CONTACT_MARK = 2;

    private final SampledCanvas canvas = new SampledCanvas();
    private final SampledCanvas background = new SampledCanvas();
    private final int[] walls;
    private final int[] xs = new int[5];
    private final int[] ys = new int[5];

    /** A camera with the goal drawn in place. */
    public PushTCamera() {
        canvas.fill(WHITE);
        for (double[] wall : PushTWorld.WALLS) {
            drawFatSegment((int) wall[0], (int) wall[1], (int) wall[2], (int) wall[3], LIGHT_GRAY);
        }
        walls = canvas.stencil(LIGHT_GRAY);
        background.fill(WHITE);
        RigidBody goal = new RigidBody(0, 0, 0);
        goal.setPosition(GoalCoverage.GOAL_X, GoalCoverage.GOAL_Y);
        goal.setAngle(GoalCoverage.GOAL_ANGLE_RAD);
        drawPolygon(background, new ConvexShape(0, goal, 0, PushTWorld.BAR_X, PushTWorld.BAR_Y), LIGHT_GREEN);
        drawPolygon(background, new ConvexShape(0, goal, 0, PushTWorld.STEM_X, PushTWorld.STEM_Y), LIGHT_GREEN);
    }

    /**
     * Draws the world as it is now.
     *
     * @param out receives {@link #BYTES} bytes from {@code offset} on: {@code [96, 96, 3] uint8 RGB}
     */
    public void render(PushTWorld world, byte[] out, int offset) {
        canvas.copyFrom(background);
        drawBox(world.bar());
        drawBox(world.stem());
        int agentX = round(world.agentX());
        int agentY = round(world.agentY());
        canvas.fillCircle(agentX, agentY, AGENT, ROYAL_BLUE);
        canvas.fillCircle(agentX, agentY, AGENT_INSIDE, ROYAL_BLUE_LIT);
        canvas.stamp(walls, LIGHT_GRAY);
        for (int i = 0; i < world.activeArbiters(); i++) {
            drawContacts(world.activeArbiter(i));
        }
        canvas.reduce(out, offset);
    }

    private void drawBox(ConvexShape box) {
        drawPolygon(canvas, box, SLATE_GRAY_LIT);
        int count = box.vertices();
        for (int i = 0; i < count; i++) {
            int next = i + 1 == count ? 0 : i + 1;
            drawFatSegment(round(box.x[i]), round(box.y[i]), round(box.x[next]), round(box.y[next]), SLATE_GRAY);
        }
    }

    /** The reference closes the polygon with its first vertex again. */
    private void drawPolygon(SampledCanvas target, ConvexShape shape, int color) {
        int count = shape.vertices();
        for (int i = 0; i <= count; i++) {
            xs[i] = round(shape.x[i % count]);
            ys[i] = round(shape.y[i % count]);
        }
        target.fillPolygon(xs, ys, count + 1, color);
    }

    private void drawFatSegment(int x1, int y1, int x2, int y2, int color) {
        canvas.thickLine(x1, y1, x2, y2, 2 * OUTLINE_RADIUS, color);
        int acrossX = Math.abs(y2 - y1);
        int acrossY = Math.abs(x2 - x1);
        if (acrossX == 0 && acrossY == 0) {
            return;
        }
        double scale = OUTLINE_RADIUS / Math.sqrt(acrossX * acrossX + acrossY * acrossY);
        int ox = round(acrossX * scale);
        int oy = round(acrossY * scale);
        setCorner(0, x1 - ox, y1 - oy);
        setCorner(1, x1 + ox, y1 + oy);
        setCorner(2, x2 + ox, y2 + oy);
        setCorner(3, x2 - ox, y2 - oy);
        canvas.fillPolygon(xs, ys, 4, color);
        canvas.fillCircle(x1, y1, CORNER, color);
        canvas.fillCircle(x2, y2, CORNER, color);
    }

    private void setCorner(int i, int x, int y) {
        xs[i] = x;
        ys[i] = y;
    }

    private void drawContacts(Arbiter arbiter) {
        double dx = arbiter.normalX * CONTACT_MARK;
        double dy = arbiter.normalY * CONTACT_MARK;
        RigidBody a = arbiter.pusher.body;
        RigidBody b = arbiter.block.body;
        for (int i = 0; i < arbiter.contacts(); i++) {
            Arbiter.Contact c = arbiter.contact(i);
            canvas.smoothLine(round(a.x + c.r1x - dx), round(a.y + c.r1y - dy),
                    round(b.x + c.r2x + dx), round(b.y + c.r2y + dy), CONTACT_RED);
        }
    }

    /** Python's round: half to even. */
    private static int round(double v) {
        return (int) Math.rint(v);
    }
}
