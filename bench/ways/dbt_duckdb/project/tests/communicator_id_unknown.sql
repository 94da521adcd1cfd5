SELECT line, fault FROM {{ ref("keys") }} WHERE fault = 'communicator_id.unknown'
