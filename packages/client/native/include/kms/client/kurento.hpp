// The whole client: the classes of core, elements and filters in namespace kurento::client.
#pragma once

#include <kms/client/core/classes.hpp>
#include <kms/client/elements/classes.hpp>
#include <kms/client/filters/classes.hpp>
#include <kms/client/remote-object.hpp>
