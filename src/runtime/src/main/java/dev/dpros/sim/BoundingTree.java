package dev.dpros.sim;

/**
 * Broad phase: a tree of fattened bounding boxes that reports touching pairs in a reproducible order. The impulse
 * solver is sequential, so this order is part of the physics whenever two contacts act at once.
 *
 * <p>Follows {@code cpBBTree} of Chipmunk 7.0.3 (MIT, see NOTICE): leaves are re-inserted when a shape leaves its box,
 * which is fattened by 10 % of its extent or 0.1 of its velocity; pairs are cached per leaf and reported in list order,
 * fresh leaves in order of the tree walk. Allocates nothing after construction; not thread-safe.
 */
final class BoundingTree {
    private static final double MARGIN = 0.1f;
    private static final int LARGEST_PAIR_COUNT = 64;

    /** Receives pairs. */
    interface PairVisitor {
        /**
         * Two leaves whose fattened boxes touch.
         *
         * @param feature what the last visit of this pair returned, 0 at first
         * @return hint to be given back at the next visit
         */
        int visit(ConvexShape a, ConvexShape b, int feature);
    }

    private static final class Node {
        ConvexShape shape;
        double left;
        double top;
        double right;
        double bottom;
        Node parent;
        Node a;
        Node b;
        long stamp;
        Pair pairs;

        boolean isLeaf() {
            return shape != null;
        }

        double area() {
            return (right - left) * (bottom - top);
        }

        double mergedArea(Node o) {
            return (Math.max(right, o.right) - Math.min(left, o.left)) * (Math.max(bottom, o.bottom) - Math.min(top, o.top));
        }

        double proximity(Node o) {
            return Math.abs(left + right - o.left - o.right) + Math.abs(top + bottom - o.top - o.bottom);
        }

        boolean touches(Node o) {
            return left <= o.right && o.left <= right && top <= o.bottom && o.top <= bottom;
        }

        boolean contains(ConvexShape s) {
            return left <= s.left && right >= s.right && top <= s.top && bottom >= s.bottom;
        }

        void merge(Node p, Node q) {
            left = Math.min(p.left, q.left);
            top = Math.min(p.top, q.top);
            right = Math.max(p.right, q.right);
            bottom = Math.max(p.bottom, q.bottom);
        }

        void setA(Node child) {
            a = child;
            child.parent = this;
        }

        void setB(Node child) {
            b = child;
            child.parent = this;
        }
    }

    /** A cached pair, threaded into the lists of both its leaves. */
    private static final class Pair {
        Node leafA;
        Node leafB;
        Pair previousA;
        Pair nextA;
        Pair previousB;
        Pair nextB;
        int feature;
    }

    private final Node[] staticLeaves;
    private final Node[] movingLeaves;
    private final int[] updateOrder;
    private final Node[] innerNodes;
    private final Pair[] pairs = new Pair[LARGEST_PAIR_COUNT];
    private final PairVisitor visitor;
    private int freeInnerNodes;
    private int freePairs;
    private Node staticRoot;
    private Node root;
    private long stamp;

    /**
     * A tree over shapes in order of insertion.
     *
     * @param updateOrder indices into {@code moving} in the order in which their boxes are refreshed each step
     */
    BoundingTree(ConvexShape[] fixed, ConvexShape[] moving, int[] updateOrder, PairVisitor visitor) {
        this.updateOrder = updateOrder.clone();
        this.visitor = visitor;
        staticLeaves = leaves(fixed);
        movingLeaves = leaves(moving);
        innerNodes = new Node[fixed.length + moving.length];
        for (int i = 0; i < innerNodes.length; i++) {
            innerNodes[i] = new Node();
        }
        for (int i = 0; i < pairs.length; i++) {
            pairs[i] = new Pair();
        }
        reset();
    }

    /** Rebuilds the tree by inserting all shapes anew where they are now. */
    void reset() {
        for (Node leaf : movingLeaves) {
            clearPairs(leaf);
        }
        collectInnerNodes(staticRoot);
        collectInnerNodes(root);
        staticRoot = null;
        root = null;
        freeInnerNodes = innerNodes.length;
        freePairs = pairs.length;
        stamp = 0;
        for (Node leaf : staticLeaves) {
            setExactBox(leaf);
            staticRoot = insert(staticRoot, leaf);
            leaf.stamp = stamp++;
        }
        for (Node leaf : movingLeaves) {
            setFattenedBox(leaf);
            root = insert(root, leaf);
            leaf.stamp = stamp;
            mark(leaf, false);
            stamp++;
        }
    }

    /** Refreshes boxes and reports the touching pairs of moving shapes with moving or fixed ones. */
    void visitPairs() {
        for (int i : updateOrder) {
            refresh(movingLeaves[i]);
        }
        markSubtree(root);
        stamp++;
    }

    private static Node[] leaves(ConvexShape[] shapes) {
        Node[] leaves = new Node[shapes.length];
        for (int i = 0; i < shapes.length; i++) {
            leaves[i] = new Node();
            leaves[i].shape = shapes[i];
        }
        return leaves;
    }

    private void refresh(Node leaf) {
        if (!leaf.contains(leaf.shape)) {
            setFattenedBox(leaf);
            root = insert(remove(root, leaf), leaf);
            clearPairs(leaf);
            leaf.stamp = stamp;
        }
    }

    private static void setExactBox(Node leaf) {
        ConvexShape s = leaf.shape;
        leaf.left = s.left;
        leaf.top = s.top;
        leaf.right = s.right;
        leaf.bottom = s.bottom;
    }

    private static void setFattenedBox(Node leaf) {
        ConvexShape s = leaf.shape;
        double x = (s.right - s.left) * MARGIN;
        double y = (s.bottom - s.top) * MARGIN;
        double vx = s.body.vx * MARGIN;
        double vy = s.body.vy * MARGIN;
        leaf.left = s.left + Math.min(-x, vx);
        leaf.top = s.top + Math.min(-y, vy);
        leaf.right = s.right + Math.max(x, vx);
        leaf.bottom = s.bottom + Math.max(y, vy);
    }

    private Node insert(Node subtree, Node leaf) {
        if (subtree == null) {
            leaf.parent = null;
            return leaf;
        }
        if (subtree.isLeaf()) {
            Node inner = innerNodes[--freeInnerNodes];
            inner.parent = null;
            inner.setA(leaf);
            inner.setB(subtree);
            inner.merge(leaf, subtree);
            return inner;
        }
        double costA = subtree.b.area() + subtree.a.mergedArea(leaf);
        double costB = subtree.a.area() + subtree.b.mergedArea(leaf);
        if (costA == costB) {
            costA = subtree.a.proximity(leaf);
            costB = subtree.b.proximity(leaf);
        }
        if (costB < costA) {
            subtree.setB(insert(subtree.b, leaf));
        } else {
            subtree.setA(insert(subtree.a, leaf));
        }
        subtree.merge(subtree, leaf);
        return subtree;
    }

    private Node remove(Node subtree, Node leaf) {
        if (leaf == subtree) {
            return null;
        }
        Node parent = leaf.parent;
        Node other = parent.a == leaf ? parent.b : parent.a;
        innerNodes[freeInnerNodes++] = parent;
        if (parent == subtree) {
            other.parent = subtree.parent;
            return other;
        }
        Node grandparent = parent.parent;
        if (grandparent.a == parent) {
            grandparent.setA(other);
        } else {
            grandparent.setB(other);
        }
        for (Node node = grandparent; node != null; node = node.parent) {
            node.merge(node.a, node.b);
        }
        return subtree;
    }

    private void collectInnerNodes(Node node) {
        if (node != null && !node.isLeaf()) {
            collectInnerNodes(node.a);
            collectInnerNodes(node.b);
            innerNodes[freeInnerNodes++] = node;
        }
    }

    private void markSubtree(Node node) {
        if (node.isLeaf()) {
            markLeaf(node);
        } else {
            markSubtree(node.a);
            markSubtree(node.b);
        }
    }

    private void markLeaf(Node leaf) {
        if (leaf.stamp == stamp) {
            mark(leaf, true);
            return;
        }
        Pair pair = leaf.pairs;
        while (pair != null) {
            if (pair.leafB == leaf) {
                pair.feature = visitor.visit(pair.leafA.shape, leaf.shape, pair.feature);
                pair = pair.nextB;
            } else {
                pair = pair.nextA;
            }
        }
    }

    /** A leaf that is new or was re-inserted: finds its pairs by walking the trees. */
    private void mark(Node leaf, boolean report) {
        query(staticRoot, leaf, false, report);
        for (Node node = leaf; node.parent != null; node = node.parent) {
            if (node == node.parent.a) {
                query(node.parent.b, leaf, true, report);
            } else {
                query(node.parent.a, leaf, false, report);
            }
        }
    }

    private void query(Node subtree, Node leaf, boolean left, boolean report) {
        if (!leaf.touches(subtree)) {
            return;
        }
        if (!subtree.isLeaf()) {
            query(subtree.a, leaf, left, report);
            query(subtree.b, leaf, left, report);
        } else if (left) {
            insertPair(leaf, subtree);
        } else {
            if (subtree.stamp < leaf.stamp) {
                insertPair(subtree, leaf);
            }
            if (report) {
                visitor.visit(leaf.shape, subtree.shape, 0);
            }
        }
    }

    private void insertPair(Node a, Node b) {
        Pair pair = pairs[--freePairs];
        Pair nextA = a.pairs;
        Pair nextB = b.pairs;
        pair.leafA = a;
        pair.leafB = b;
        pair.previousA = null;
        pair.previousB = null;
        pair.nextA = nextA;
        pair.nextB = nextB;
        pair.feature = 0;
        a.pairs = pair;
        b.pairs = pair;
        setPrevious(nextA, a, pair);
        setPrevious(nextB, b, pair);
    }

    private void clearPairs(Node leaf) {
        Pair pair = leaf.pairs;
        leaf.pairs = null;
        while (pair != null) {
            Pair next;
            if (pair.leafA == leaf) {
                next = pair.nextA;
                unlink(pair.previousB, pair.leafB, pair.nextB);
            } else {
                next = pair.nextB;
                unlink(pair.previousA, pair.leafA, pair.nextA);
            }
            pairs[freePairs++] = pair;
            pair = next;
        }
    }

    private static void unlink(Pair previous, Node leaf, Pair next) {
        setPrevious(next, leaf, previous);
        if (previous == null) {
            leaf.pairs = next;
        } else if (previous.leafA == leaf) {
            previous.nextA = next;
        } else {
            previous.nextB = next;
        }
    }

    private static void setPrevious(Pair pair, Node leaf, Pair previous) {
        if (pair == null) {
            return;
        }
        if (pair.leafA == leaf) {
            pair.previousA = previous;
        } else {
            pair.previousB = previous;
        }
    }
}
