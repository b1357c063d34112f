package dev.dpros.ros.master;

import dev.dpros.ros.xmlrpc.XmlRpcFaultException;
import dev.dpros.ros.xmlrpc.XmlRpcHandler;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The methods of the master with their argument rules. Wrong arguments give {@code [-1, message, placeholder]}, not a
 * fault. Thread-safe: one lock around every call, held for microseconds since calls to nodes are only queued.
 */
final class MasterApi implements XmlRpcHandler {
    private final Map<String, Method> methods = new TreeMap<>();
    private final Object lock = new Object();
    private final TopicGraph graph;
    private final ParameterServer parameters;
    private final String uri;
    private final Runnable onShutdown;

    /**
     * An empty graph.
     *
     * @param uri what getUri answers
     * @param callbacks how nodes are told of changes
     * @param onShutdown what a shutdown request starts; must return at once
     */
    MasterApi(String uri, NodeCallbacks callbacks, Runnable onShutdown) {
        NodeRegistry nodes = new NodeRegistry(callbacks);
        this.graph = new TopicGraph(nodes, callbacks);
        this.parameters = new ParameterServer(nodes, callbacks, lock);
        this.uri = uri;
        this.onShutdown = onShutdown;
        addServerMethods();
        addParameterMethods();
        addRegistrationMethods();
        addStateMethods();
    }

    private interface Action {
        ApiAnswer run(String callerId, Object[] arguments) throws InvalidArgumentException;
    }

    /** The rules are those of the arguments after the caller id. */
    private record Method(Object placeholder, List<ArgumentRule> rules, Action action) { }

    @Override
    public Object handle(String name, List<Object> params) throws XmlRpcFaultException {
        Method method = methods.get(name);
        if (method == null) {
            throw XmlRpcHandler.unknownMethod(name);
        }
        return answer(method, params).asList();
    }

    @Override
    public List<String> methodNames() {
        return List.copyOf(methods.keySet());
    }

    private ApiAnswer answer(Method method, List<Object> params) {
        if (params.isEmpty()) {
            return ApiAnswer.error("missing required caller_id parameter", method.placeholder());
        }
        if (params.size() != method.rules().size() + 1) {
            return ApiAnswer.error("Error: bad call arity", method.placeholder());
        }
        if (!(params.get(0) instanceof String callerId)) {
            return ApiAnswer.error("caller_id must be a string", method.placeholder());
        }
        try {
            Object[] arguments = new Object[method.rules().size()];
            for (int i = 0; i < arguments.length; i++) {
                arguments[i] = method.rules().get(i).check(params.get(i + 1), callerId);
            }
            synchronized (lock) {
                return method.action().run(callerId, arguments);
            }
        } catch (InvalidArgumentException e) {
            return ApiAnswer.error(String.valueOf(e.getMessage()), method.placeholder());
        }
    }

    private void addServerMethods() {
        add("getUri", "", List.of(), (id, a) -> ApiAnswer.success("", uri));
        add("getPid", -1, List.of(), (id, a) -> ApiAnswer.success("", (int) ProcessHandle.current().pid()));
        add("shutdown", 0, List.of(ArgumentRule.any()), (id, a) -> {
            onShutdown.run();
            return ApiAnswer.success("shutdown", 0);
        });
    }

    private void addParameterMethods() {
        ArgumentRule key = ArgumentRule.text("key");
        ArgumentRule api = ArgumentRule.api("caller_api");
        add("setParam", 0, List.of(key, ArgumentRule.present("value")),
                (id, a) -> parameters.set(id, (String) a[0], a[1]));
        add("getParam", 0, List.of(key), (id, a) -> parameters.get(id, (String) a[0]));
        add("deleteParam", 0, List.of(key), (id, a) -> parameters.delete(id, (String) a[0]));
        add("hasParam", false, List.of(key), (id, a) -> parameters.has(id, (String) a[0]));
        add("searchParam", 0, List.of(key), (id, a) -> parameters.search(id, (String) a[0]));
        add("getParamNames", List.of(), List.of(), (id, a) -> parameters.names());
        add("subscribeParam", 0, List.of(api, key), (id, a) -> parameters.subscribe(id, (String) a[0], (String) a[1]));
        add("unsubscribeParam", 0, List.of(api, key),
                (id, a) -> parameters.unsubscribe(id, (String) a[0], (String) a[1]));
    }

    private void addRegistrationMethods() {
        ArgumentRule topic = ArgumentRule.nameBelowRoot("topic");
        ArgumentRule service = ArgumentRule.nameBelowRoot("service");
        ArgumentRule type = ArgumentRule.type("topic_type");
        ArgumentRule api = ArgumentRule.api("caller_api");
        ArgumentRule serviceApi = ArgumentRule.api("service_api");
        add("registerPublisher", List.of(), List.of(topic, type, api),
                (id, a) -> graph.registerPublisher(id, (String) a[0], (String) a[1], (String) a[2]));
        add("unregisterPublisher", 0, List.of(topic, api),
                (id, a) -> graph.unregisterPublisher(id, (String) a[0], (String) a[1]));
        add("registerSubscriber", List.of(), List.of(topic, type, api),
                (id, a) -> graph.registerSubscriber(id, (String) a[0], (String) a[1], (String) a[2]));
        add("unregisterSubscriber", 0, List.of(topic, api),
                (id, a) -> graph.unregisterSubscriber(id, (String) a[0], (String) a[1]));
        add("registerService", 0, List.of(service, serviceApi, api),
                (id, a) -> graph.registerService(id, (String) a[0], (String) a[1], (String) a[2]));
        add("unregisterService", 0, List.of(service, serviceApi),
                (id, a) -> graph.unregisterService(id, (String) a[0], (String) a[1]));
    }

    private void addStateMethods() {
        add("lookupService", "", List.of(ArgumentRule.nameBelowRoot("service")),
                (id, a) -> graph.lookupService((String) a[0]));
        add("lookupNode", "", List.of(ArgumentRule.name("node")), (id, a) -> graph.lookupNode((String) a[0]));
        add("getPublishedTopics", 0, List.of(ArgumentRule.nameOrEmpty("subgraph")),
                (id, a) -> graph.publishedTopics((String) a[0]));
        add("getTopicTypes", List.of(), List.of(), (id, a) -> graph.topicTypes());
        add("getSystemState", List.of(List.of(), List.of(), List.of()), List.of(), (id, a) -> graph.systemState());
    }

    private void add(String name, Object placeholder, List<ArgumentRule> rules, Action action) {
        methods.put(name, new Method(placeholder, rules, action));
    }
}
