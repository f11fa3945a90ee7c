/* Lanes, eras, accept, restore and clone: Protocol/01-identity.md and 02-time.md as a model.
 *
 * Two hubs, two devices, two writes each, one clone of a device, one restart of a hub and one
 * restore of a hub from any earlier moment. Every step is one atomic exchange; what may go wrong is
 * which steps happen, in which order, which answers are lost, and which requests stray. The
 * invariants are assertions; `check.sh` explores every state, and shows that each slip is found.
 *
 *   SAMEERA   a restored hub goes on in its old era (I2)
 *   INFLATE   a context is not truncated to what the hub has (T4)
 *   ALLKNOWN  an author is taken to have known all that the hub has (T3)
 *   NOPREV    a change set is taken before its predecessor (C2)
 *   NOHEAD    a device does not compare lane heads, only vectors (X22)
 */

#define HUBS    2
#define SLOTS   3            /* two devices, and room for one clone of the first */
#define WRITES  2            /* per device; a clone shares the budget of its original */
#ifndef TOTAL
#define TOTAL   (2 * WRITES)
#endif
#define OIDS    (2 * WRITES)
#ifndef ERAS
#define ERAS    4
#endif
#ifndef LOST
#define LOST     1           /* answers that do not arrive, or not whole */
#endif
#ifndef RESTARTS
#define RESTARTS 0
#endif
#ifndef RESTORES
#define RESTORES 1           /* hubs that are backed up, and perhaps restored */
#endif
#ifndef CLONES
#define CLONES   1
#endif
#define NUMBERS OIDS
#define NONE    15

/* Change sets by oid: author's predecessor, context, and what the author had really seen. */
byte made;                   /* a set of oids */
byte previous[OIDS];
byte context[OIDS * ERAS];
byte saw[OIDS];              /* ghost: a set of oids */

/* Eras: what each numbered. What it inherited is in its hub's vector. */
byte eras;
byte logged[ERAS * NUMBERS]; /* oid + 1 */

/* Hubs: the vector is the set of commits, since each era is a prefix. */
byte vector[HUBS * ERAS];
byte current[HUBS];
bool lost[HUBS];             /* restored once already */

/* Replicas of devices. */
bool alive[SLOTS];
byte cursor[SLOTS * ERAS];
byte head[SLOTS];
byte chain[SLOTS];           /* own change sets, a set of oids */
byte answered[SLOTS];
byte seen[SLOTS];            /* ghost */
byte lostAnswers, restarts, restores;
byte written[HUBS];          /* by device */
byte cloned;

byte has, i, j, k, o, p, n;
bool fits;

#define CLEAR     i = 0; j = 0; k = 0; o = 0; p = 0; n = 0; has = 0; fits = 0; s = 0; h = 0
#define BIT(x)    (1 << (x))
#define V(h, e)   vector[(h) * ERAS + (e)]
#define C(s, e)   cursor[(s) * ERAS + (e)]
#define LOG(e, m) logged[(e) * NUMBERS + (m) - 1]

/* has := the oids that the hub's vector contains */
inline commits(h) {
    has = 0; i = 0;
    do
    :: i < eras ->
        j = 1;
        do
        :: j <= V(h, i) -> has = has | BIT(LOG(i, j) - 1); j++
        :: else -> break
        od;
        i++
    :: else -> break
    od
}

inline openEra(h) {
    current[h] = eras; eras++
}

inline write(s) {
    /* Numbered by device, so that the order in which two devices write makes no other state. */
    o = (s == 1) * WRITES + written[(s == 1)];
    made = made | BIT(o); written[(s == 1)]++;
    previous[o] = head[s];
    i = 0;
    do
    :: i < ERAS -> context[o * ERAS + i] = C(s, i); i++
    :: else -> break
    od;
    saw[o] = seen[s] | chain[s];
    chain[s] = chain[s] | BIT(o);
    head[s] = o
}

#define MISPLACED(x) (previous[x] != NONE && !(has & BIT(previous[x])))

/* Places one change set at a hub, with what the hub takes its author to have known. */
inline accept(h, x) {
    n = V(h, current[h]) + 1;
    /* I2: a dot names one change set for ever. */
    assert(n <= NUMBERS && LOG(current[h], n) == 0);
    i = 0;
    do
    :: i < eras ->
        p = context[(x) * ERAS + i];
#ifdef ALLKNOWN
        p = V(h, i);
#endif
#ifndef INFLATE
        if :: p > V(h, i) -> p = V(h, i) :: else fi;
#endif
        /* T4: a context is closed under what the hub has. */
        assert(p <= V(h, i));
        j = 1;
        do
        :: j <= p ->
            /* T3: nothing is known that the author had not seen. */
            assert((BIT(LOG(i, j) - 1) & saw[x]) != 0); j++
        :: else -> break
        od;
        i++
    :: else -> break
    od;
    LOG(current[h], n) = (x) + 1;
    V(h, current[h]) = n
}

/* Sends what the hub lacks, oldest first; `told` says whether the answer arrives. */
inline push(s, h, told) {
    commits(h);
    k = chain[s] & ~answered[s];
#ifndef NOHEAD
    /* The hub lacks the head that it had answered: everything kept is offered again. */
    if :: (chain[s] & answered[s] & ~has) != 0 -> k = chain[s] :: else fi;
#endif
    o = 0;
    do
    :: o < OIDS ->
        if
        :: (k & BIT(o)) && !(has & BIT(o)) ->
#ifdef NOPREV
            fits = true;
#else
            fits = previous[o] == NONE || (has & BIT(previous[o])) != 0;
#endif
            if
            :: fits ->
                accept(h, o);
                has = has | BIT(o);
                /* C2: a hub has no change set without its predecessor. */
                assert(previous[o] == NONE || (has & BIT(previous[o])) != 0)
            :: else
            fi
        :: else
        fi;
        o++
    :: else -> break
    od;
    if :: told -> answered[s] = answered[s] | (k & has) :: else fi
}

/* One change set alone: a request that was overtaken, or repeated, or broke off before it. */
inline stray(s, h) {
    commits(h);
    o = 0;
    do
    :: o < OIDS && !((chain[s] & BIT(o)) && !(has & BIT(o)) && MISPLACED(o)) -> o++
    :: else -> break
    od;
    if
    :: o < OIDS ->
#ifdef NOPREV
        fits = true;
#else
        fits = previous[o] == NONE || (has & BIT(previous[o])) != 0;
#endif
        if :: fits -> accept(h, o) :: else fi;
        commits(h);
        /* C2: a hub has no change set without its predecessor. */
        assert(previous[o] == NONE || !(has & BIT(o)) || (has & BIT(previous[o])) != 0)
    :: else
    fi
}

/* A checkpoint: the cursor becomes the hub's vector, and smaller than it was after a rollback. */
inline pull(s, h) {
    commits(h);
    i = 0;
    do
    :: i < ERAS -> C(s, i) = V(h, i); i++
    :: else -> break
    od;
    seen[s] = seen[s] | has
}

/* fits := the hub is not behind the device, or may have lost what the device has (X30) */
inline compare(s, h) {
    fits = true; i = 0;
    do
    :: i < ERAS -> if :: C(s, i) > V(h, i) && !lost[0] && !lost[1] -> fits = false :: else fi; i++
    :: else -> break
    od
}

inline replicate(a, b) {
    i = 0;
    do
    :: i < eras -> if :: V(a, i) > V(b, i) -> V(b, i) = V(a, i) :: else fi; i++
    :: else -> break
    od
}

/* The hub becomes a copy of any earlier moment: a prefix of each era, closed under predecessors
 * and under what the authors knew. What a backup holds need not be part of the state then. */
inline cut(h) {
    i = 0;
    do
    :: i < eras ->
        select(j : 0 .. V(h, i));
        V(h, i) = j;
        i++
    :: else -> break
    od
}

inline closed(h) {
    commits(h);
    fits = true; o = 0;
    do
    :: o < OIDS ->
        if
        :: has & BIT(o) ->
            if :: previous[o] != NONE && !(has & BIT(previous[o])) -> fits = false :: else fi
        :: else
        fi;
        o++
    :: else -> break
    od
}

inline restore(h) {
    lost[h] = true;
#ifndef SAMEERA
    openEra(h)
#endif
}

/* Faults stop: everybody syncs with everybody, twice; then nothing may be missing anywhere. */
byte round, a, b;

inline heal() {
    round = 0;
    do
    :: round < 2 ->
        b = 0;
        do
        :: b < HUBS ->
            a = 0;
            do
            :: a < SLOTS -> if :: alive[a] -> push(a, b, true) :: else fi; a++
            :: else -> break
            od;
            b++
        :: else -> break
        od;
        replicate(0, 1); replicate(1, 0);
        round++
    :: else -> break
    od;
    b = 0;
    do
    :: b < HUBS ->
        commits(b);
        /* X22: every write is at every hub, in the end. */
        assert(has == made);
        b++
    :: else -> break
    od;
    round = 0;
    forget()
}

/* All runs end in one state: nothing is left to explore. */
inline forget() {
    i = 0;
    do :: i < OIDS * ERAS -> context[i] = 0; i++ :: else -> break od;
    i = 0;
    do :: i < OIDS -> previous[i] = 0; saw[i] = 0; i++ :: else -> break od;
    i = 0;
    do :: i < ERAS * NUMBERS -> logged[i] = 0; i++ :: else -> break od;
    i = 0;
    do :: i < HUBS * ERAS -> vector[i] = 0; i++ :: else -> break od;
    i = 0;
    do
    :: i < HUBS ->
        current[i] = 0; lost[i] = 0; written[i] = 0; i++
    :: else -> break
    od;
    i = 0;
    do :: i < SLOTS * ERAS -> cursor[i] = 0; i++ :: else -> break od;
    i = 0;
    do
    :: i < SLOTS ->
        alive[i] = 0; head[i] = 0; chain[i] = 0; answered[i] = 0; seen[i] = 0; i++
    :: else -> break
    od;
    a = 0; b = 0; made = 0; eras = 0; lostAnswers = 0; restarts = 0; restores = 0; cloned = 0; CLEAR
}

/* Without a clone both devices are alike: the one that writes first is the first one. */
#define FIRST(d) (d == 0 || CLONES > 0 || written[0] > 0)
#define NEXT_WRITE(d) (written[d] < WRITES && written[0] + written[1] < TOTAL && FIRST(d))
init {
    byte s, h;
    atomic {
        s = 0;
        do
        :: s < SLOTS -> head[s] = NONE; alive[s] = (s < 2); s++
        :: else -> break
        od;
        s = 0;
        openEra(0); openEra(1)
    }
    do
    :: atomic {
        select(s : 0 .. SLOTS - 1);
        select(h : 0 .. HUBS - 1); skip;
        d_step { skip; compare(s, h); skip }
        if
        :: alive[s] && NEXT_WRITE((s == 1)) -> d_step { skip; write(s); skip }
        :: alive[s] && fits -> d_step { skip; push(s, h, true); pull(s, h); skip }
        /* The whole answer is lost; or it breaks off after the receipts. */
        :: alive[s] && fits && lostAnswers < LOST -> d_step { skip; push(s, h, false); lostAnswers++; skip }
        :: alive[s] && fits && lostAnswers < LOST -> d_step { skip; push(s, h, true); lostAnswers++; skip }
        :: alive[s] && fits -> d_step { skip; stray(s, h); skip }
        :: else
        fi;
        CLEAR
    }
    :: atomic {
        select(h : 0 .. HUBS - 1); skip;
        if
        :: true -> d_step { skip; replicate(h, 1 - h); skip }
        :: restarts < RESTARTS && eras < ERAS -> openEra(h); restarts++
        :: restores < RESTORES && h == 0 && eras < ERAS ->
            cut(h); skip;
            d_step { skip; closed(h); skip };
            fits;
            restores++;
            d_step { skip; restore(h); skip }
        fi;
        CLEAR
    }
    :: atomic {
        cloned < CLONES ->
        cloned++;
        alive[2] = true; head[2] = head[0]; chain[2] = chain[0];
        answered[2] = answered[0]; seen[2] = seen[0];
        i = 0;
        do
        :: i < ERAS -> C(2, i) = C(0, i); i++
        :: else -> break
        od;
        CLEAR
    }
    :: d_step { made > 0 -> heal(); skip } break
    od
}
