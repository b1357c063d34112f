package dev.dpros.sim;

/**
 * A body in the plane: pose of its centre of gravity, velocities and the placement of its shapes. Lengths in pixels,
 * angles in rad, y down. Infinite mass is an inverse mass of zero. Not thread-safe; allocates nothing after
 * construction.
 */
final class RigidBody {
    final double inverseMass;
    final double inverseInertia;
    /** Centre of gravity in body coordinates lies at (0, this). */
    final double gravityOffsetY;

    /** Centre of gravity, world. */
    double x;
    double y;
    double angleRad;
    double vx;
    double vy;
    double w;
    /** Correction velocities, spent by the next integration. */
    double biasVx;
    double biasVy;
    double biasW;
    /** Body frame to world: rotation and origin. */
    double cos = 1;
    double sin;
    double originX;
    double originY;

    RigidBody(double inverseMass, double inverseInertia, double gravityOffsetY) {
        this.inverseMass = inverseMass;
        this.inverseInertia = inverseInertia;
        this.gravityOffsetY = gravityOffsetY;
    }

    /** At rest at the origin, as newly made. */
    void clear() {
        x = 0;
        y = 0;
        vx = 0;
        vy = 0;
        w = 0;
        biasVx = 0;
        biasVy = 0;
        biasW = 0;
        setAngle(0);
    }

    /** Moves the body's origin; the angle stays. */
    void setPosition(double newX, double newY) {
        x = -sin * gravityOffsetY + newX;
        y = cos * gravityOffsetY + newY;
        place();
    }

    /** Turns the body about its centre of gravity: its origin moves unless the two coincide. */
    void setAngle(double newAngleRad) {
        angleRad = newAngleRad;
        place();
    }

    /** One step of the velocities, corrections included. */
    void integrate(double dtS) {
        x += (vx + biasVx) * dtS;
        y += (vy + biasVy) * dtS;
        angleRad += (w + biasW) * dtS;
        place();
        biasVx = 0;
        biasVy = 0;
        biasW = 0;
    }

    void applyImpulse(double jx, double jy, double rx, double ry) {
        vx += jx * inverseMass;
        vy += jy * inverseMass;
        w += inverseInertia * (rx * jy - ry * jx);
    }

    void applyBiasImpulse(double jx, double jy, double rx, double ry) {
        biasVx += jx * inverseMass;
        biasVy += jy * inverseMass;
        biasW += inverseInertia * (rx * jy - ry * jx);
    }

    private void place() {
        cos = Math.cos(angleRad);
        sin = Math.sin(angleRad);
        originX = x + gravityOffsetY * sin;
        originY = y - gravityOffsetY * cos;
    }
}
