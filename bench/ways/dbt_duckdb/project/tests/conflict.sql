SELECT line, fault FROM {{ ref("keys") }} WHERE fault = 'conflict'
