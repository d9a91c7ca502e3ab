// Population: services and instances come and go. Only the slots, the names and the graph; what an instance does about
// it is the engine's business.
#pragma once

#include <vector>

#include "engine/world.hpp"

namespace sup {

// Puts a service without instances into a slot. Its name is not taken.
ServiceId add_service(World& w, ServiceRef definition);
// Gives it one more instance, at rest and without relations.
InstanceId add_instance(World& w, ServiceId service);

// It is to leave for good.
void show_out(World& w, InstanceId id);

// Relates all instances of the service to what their settings name. Services that are not there are passed over.
void link_needs(World& w, ServiceId service);
// Relates all that name the service to its instances.
void link_users(World& w, ServiceId service);
// They live by other definitions than before: relates them anew. Returns these, and who was or is related to them.
std::vector<InstanceId> relink(World& w, const std::vector<InstanceId>& ids);
// Nothing requires or wants this instance any more, though what follows it still does. Returns who did.
std::vector<InstanceId> unlink_users(World& w, InstanceId id);

// Counts anew what the neighbours' facts are: for who has got or lost neighbours.
void recount(World& w, InstanceId id);

// The instance, which rests and is the last of its service, has left. Returns who was related to it.
std::vector<InstanceId> leave(World& w, InstanceId id);
// The service, whose last instance has left, is found no more.
void retire(World& w, ServiceId service);
// Gives the slots of those that have left to others.
void wipe(World& w, const std::vector<InstanceId>& instances, const std::vector<ServiceId>& services);

}  // namespace sup
